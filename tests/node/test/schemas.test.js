// The samples fit the JSON schemas that editors show, and what is plainly wrong does not.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import { parse } from "jsonc-parser";

const config = join(dirname(fileURLToPath(import.meta.url)), "../../../config");
const kinds = { connections: "connection", partners: "partner", campaigns: "campaign", trackers: "tracker" };

const read = (path) => {
  const errors = [];
  const value = parse(readFileSync(join(config, path), "utf8"), errors, { allowTrailingComma: true });
  assert.deepEqual(errors, [], path);
  return value;
};

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
for (const kind of Object.values(kinds)) ajv.addSchema(read(`schemas/${kind}.schema.json`), `${kind}.schema.json`);

const check = (kind, value) => {
  const validate = ajv.getSchema(`${kind}.schema.json`);
  return validate(value) ? "" : ajv.errorsText(validate.errors);
};

for (const [folder, kind] of Object.entries(kinds)) {
  for (const file of readdirSync(join(config, folder)).filter((name) => name.endsWith(".json"))) {
    test(`${folder}/${file} fits its schema and points to it`, () => {
      const value = read(`${folder}/${file}`);
      assert.equal(value.$schema, `../schemas/${kind}.schema.json`);
      assert.equal(check(kind, value), "");
    });
  }
}

const samples = {
  crm: { connection: "connections/sandbox.json", partner: "partners/demo-partner.json", campaign: "campaigns/demo.json", tracker: "trackers/keitaro.json" },
  cpa: { connection: "../tests/samples/cpa/connections/sandbox.json", campaign: "../tests/samples/cpa/campaigns/demo.json" },
  cpa_rest: { connection: "../tests/samples/cpa_rest/connections/sandbox.json", campaign: "../tests/samples/cpa_rest/campaigns/demo.json" },
};

for (const api of ["cpa", "cpa_rest"]) {
  for (const [kind, path] of Object.entries(samples[api])) {
    test(`the ${kind} for the API ${api} fits its schema`, () => assert.equal(check(kind, read(path)), ""));
  }
}

const right = [
  ["campaign", "a tracker for all events", (c) => (c.postbacks = { tracker: "keitaro", base: "https://t.example/{env:KEY}" })],
  ["campaign", "one URL for all events", (c) => (c.postbacks = "https://t.example/?c={click}")],
  ["campaign", "a macro whose name is not ASCII", (c) => (c.postbacks = "https://xn--e1aaowdh.xn--p1ai:81/a%20b?c={click}&d={param.имя}")],
  ["campaign", "an IPv6 address", (c) => (c.postbacks = "http://[::1]:81?c={click}")],
  ["campaign", "ids as numbers", (c) => (c.project_id = 1)],
  ["campaign", "the map in params_json", (c) => { c.params_json = { status_map: c.status_map }; delete c.status_map; }],
  ["campaign", "a label with its event", (c) => (c.status_map["group:APPROVED"] = { label: "sold", event: "approve" })],
  ["campaign", "names of its own for fields", (c) => (c.field_aliases = { comment: ["wish"], sub15: ["deep.name"] })],
  ["campaign", "a chain for the click id", (c) => (c.click_id_fields = ["subid", "sub1"])],
  ["campaign", "a cart", (c) => (c.cart = [{ item_id: 1, price: 49.9 }])],
  ["campaign", "a list for all events", (c) => (c.postbacks = ["https://t.example/?c={click}", { tracker: "keitaro", base: "https://k.example/{env:KEY}" }])],
  ["campaign", "a list for one event", (c) => (c.postbacks.approve = ["https://t.example/", { url: "https://u.example/", method: "GET" }])],
  ["campaign", "a form", (c) => (c.postbacks.approve = { url: "https://t.example/", form: { click: "{click_id}", note: "" }, required_first: true })],
  ["campaign", "JSON", (c) => (c.postbacks.approve = { url: "https://t.example/", method: "POST", json: { click: "{click_id}", list: [1, true, null, { payout: "{payout}" }] } })],
  ["campaign", "a body", (c) => (c.postbacks.approve = { url: "https://t.example/", body: "<c>{click_id}</c>", content_type: "application/xml" })],
  ["campaign", "headers", (c) => (c.postbacks.approve = { url: "https://t.example/", headers: { Authorization: "Bearer {env:TOKEN}", "X-Key": "env:KEY" } })],
  ["tracker", "macros among text", (t) => (t.parameters.x = "a/b?{order_id}-{param.имя}'$")],
  ["tracker", "an event that is required first", (t) => (t.required_first = ["wait"])],
  ["connection", "a path as a text", (c) => (c.webhook.paths = { comment: "data.stringFields[note].value" })],
  ["connection", "what differs in this company", (c) => {
    c.create = { document: "mutation($input: AddOrderInput!) { orders { add(input: $input) { id } } }", id_path: "data.orders.add.id" };
    c.read = { document: "query($filters: OrderSearchFilter) { ordersFetcher(filters: $filters) { orders { id status { id } } } }" };
  }],
  ["connection", "no CRM token for a webmaster", (c) => delete c.token, "cpa"],
  ["connection", "a way to the id", (c) => (c.create = { id_path: "lead.id" }), "cpa_rest"],
  ["campaign", "constants", (c) => (c.constants = { "stringFields.from": "relay", "source.utm_medium": "affiliate" })],
  ["campaign", "no field mapping for a webmaster", (c) => delete c.field_mapping, "cpa"],
  ["campaign", "a webmaster's own token and id", (c) => { c.token = "env:OTHER"; c.webmaster_id = "7"; }, "cpa"],
  ["partner", "postbacks of its own", (p) => (p.postbacks = { approve: "https://t.example/" })],
];

const wrong = [
  ["campaign", "an unknown key", (c) => (c.statusmap = {})],
  ["campaign", "no connection", (c) => delete c.connection],
  ["campaign", "an offer without a webmaster", (c) => delete c.webmaster_id],
  ["campaign", "both maps", (c) => (c.params_json = { status_map: {} })],
  ["campaign", "no map", (c) => delete c.status_map],
  ["campaign", "a label without an event", (c) => (c.status_map["7"] = "no answer")],
  ["campaign", "a click id that no webhook returns", (c) => (c.field_mapping.click_id = "source.subid_1")],
  ["campaign", "a field that no lead has", (c) => (c.field_mapping.clickid = "stringFields.x")],
  ["campaign", "a place that no order has", (c) => (c.field_mapping.ip = "source.ipaddress")],
  ["campaign", "a macro in the host", (c) => (c.postbacks.wait = "https://{sub1}.example/")],
  ["campaign", "an unknown event", (c) => (c.postbacks.canceled = "https://t.example/")],
  ["campaign", "an empty list of postbacks", (c) => (c.postbacks = [])],
  ["campaign", "six postbacks of one event", (c) => (c.postbacks.wait = [1, 2, 3, 4, 5, 6].map((n) => `https://t${n}.example/`))],
  ["campaign", "events within a list", (c) => (c.postbacks = [{ wait: "https://t.example/" }])],
  ["campaign", "a postback without a URL", (c) => (c.postbacks.wait = { form: { c: "{click}" } })],
  ["campaign", "a POST without a body", (c) => (c.postbacks.wait = { url: "https://t.example/", method: "POST" })],
  ["campaign", "a GET with a body", (c) => (c.postbacks.wait = { url: "https://t.example/", method: "GET", form: { c: "{click}" } })],
  ["campaign", "two bodies", (c) => (c.postbacks.wait = { url: "https://t.example/", form: { c: "{click}" }, json: { c: "{click}" } })],
  ["campaign", "a body without its type", (c) => (c.postbacks.wait = { url: "https://t.example/", body: "{click}" })],
  ["campaign", "a type without a body", (c) => (c.postbacks.wait = { url: "https://t.example/", json: {}, content_type: "text/plain" })],
  ["campaign", "a header of the relay's own", (c) => (c.postbacks.wait = { url: "https://t.example/", headers: { "content-Type": "text/plain" } })],
  ["campaign", "a placeholder in a form", (c) => (c.postbacks.wait = { url: "https://t.example/", form: { payout: "OPTIONAL" } })],
  ["campaign", "a macro in the name of a form's field", (c) => (c.postbacks.wait = { url: "https://t.example/", form: { "a[{sub1}]": "x" } })],
  ["campaign", "a macro in a name in JSON", (c) => (c.postbacks.wait = { url: "https://t.example/", json: { a: [{ "{sub1}": "x" }] } })],
  ["campaign", "a host that is not ASCII", (c) => (c.postbacks.wait = "https://трекер.рф/")],
  ["campaign", "a query that is not ASCII", (c) => (c.postbacks.wait = "https://t.example/?c={click}&n=имя")],
  ["campaign", "a base that is not ASCII", (c) => (c.postbacks.wait = { tracker: "keitaro", base: "https://t.example/имя" })],
  ["campaign", "a reference without braces in JSON", (c) => (c.postbacks.wait = { url: "https://t.example/", json: { a: { key: "env:KEY" } } })],
  ["campaign", "a URL that is too long", (c) => (c.postbacks.wait = `https://t.example/${"x".repeat(4000)}`)],
  ["campaign", "a wait that is too long", (c) => (c.wait_seconds = 31)],
  ["campaign", "a name for what the relay makes", (c) => (c.field_aliases = { lead_id: ["id"] })],
  ["campaign", "an empty chain for the click id", (c) => (c.click_id_fields = [])],
  ["campaign", "a cart without a price", (c) => (c.cart = [{ item_id: 1 }])],
  ["campaign", "no status for new orders", (c) => delete c.initial_status_id],
  ["campaign", "a constant where no order has a place", (c) => (c.constants = { "data.string_1": "x" })],
  ["campaign", "a constant that is no text", (c) => (c.constants = { "stringFields.x": 5 })],
  ["campaign", "no offer for a webmaster", (c) => delete c.offer_id, "cpa"],
  ["campaign", "a company's field for a webmaster", (c) => (c.field_mapping.email = "emailFields.email"), "cpa"],
  ["campaign", "a slot that there is not", (c) => (c.field_mapping.click_id = "data.string_11"), "cpa"],
  ["connection", "a token in plain text", (c) => (c.token = "a-token")],
  ["connection", "no token", (c) => delete c.token],
  ["connection", "a webmaster's token for the company's API", (c) => (c.cpa_token = "env:CPA")],
  ["connection", "an unknown API", (c) => (c.api = "rest")],
  ["connection", "no webmaster's token", (c) => delete c.cpa_token, "cpa"],
  ["connection", "nothing to verify with", (c) => (c.webhook.verify = true), "cpa_rest"],
  ["connection", "a document where there is no GraphQL", (c) => (c.create = { document: "mutation($input: X!) { y }" }), "cpa_rest"],
  ["connection", "a document without its input", (c) => (c.create = { document: "mutation { addOrder { id } }" })],
  ["connection", "three webhook secrets", (c) => (c.webhook.secrets = ["env:A", "env:B", "env:C"])],
  ["connection", "a path with a gap", (c) => (c.webhook.paths = { comment: "a..b" })],
  ["partner", "a key in plain text", (p) => (p.keys = ["a-key"])],
  ["partner", "an unknown role", (p) => (p.roles = ["admin"])],
  ["tracker", "no words", (t) => delete t.words],
  ["tracker", "an unknown event that is required first", (t) => (t.required_first = ["click"])],
  ["tracker", "a path with a query", (t) => (t.path = "/postback?x=1")],
  ["tracker", "a path with a backslash", (t) => (t.path = "/a\\b")],
  ["tracker", "a path that is not ASCII", (t) => (t.path = "/имя")],
  ["tracker", "a parameter that is not ASCII", (t) => (t.parameters.x = "имя")],
];

for (const [kind, what, change, api = "crm"] of right) {
  test(`${kind}: ${what} fits`, () => {
    const value = read(samples[api][kind]);
    change(value);
    assert.equal(check(kind, value), "");
  });
}

for (const [kind, what, change, api = "crm"] of wrong) {
  test(`${kind}: ${what} does not fit`, () => {
    const value = read(samples[api][kind]);
    change(value);
    assert.notEqual(check(kind, value), "");
  });
}
