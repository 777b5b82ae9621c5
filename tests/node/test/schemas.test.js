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
  connection: () => read("connections/sandbox.json"),
  partner: () => read("partners/demo-partner.json"),
  campaign: () => read("campaigns/demo.json"),
  tracker: () => read("trackers/keitaro.json"),
};

const right = [
  ["campaign", "a tracker for all events", (c) => (c.postbacks = { tracker: "keitaro", base: "https://t.example/{env:KEY}" })],
  ["campaign", "one URL for all events", (c) => (c.postbacks = "https://t.example/?c={click}")],
  ["campaign", "ids as numbers", (c) => (c.project_id = 1)],
  ["campaign", "the map in params_json", (c) => { c.params_json = { status_map: c.status_map }; delete c.status_map; }],
  ["campaign", "a label with its event", (c) => (c.status_map["group:APPROVED"] = { label: "sold", event: "approve" })],
  ["campaign", "names of its own for fields", (c) => (c.field_aliases = { comment: ["wish"], sub15: ["deep.name"] })],
  ["campaign", "a chain for the click id", (c) => (c.click_id_fields = ["subid", "sub1"])],
  ["campaign", "a cart", (c) => (c.cart = [{ item_id: 1, price: 49.9 }])],
  ["connection", "a path as a text", (c) => (c.webhook.paths = { comment: "data.stringFields[note].value" })],
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
  ["campaign", "a wait that is too long", (c) => (c.wait_seconds = 31)],
  ["campaign", "a name for what the relay makes", (c) => (c.field_aliases = { lead_id: ["id"] })],
  ["campaign", "an empty chain for the click id", (c) => (c.click_id_fields = [])],
  ["campaign", "a cart without a price", (c) => (c.cart = [{ item_id: 1 }])],
  ["connection", "a token in plain text", (c) => (c.token = "a-token")],
  ["connection", "three webhook secrets", (c) => (c.webhook.secrets = ["env:A", "env:B", "env:C"])],
  ["connection", "a path with a gap", (c) => (c.webhook.paths = { comment: "a..b" })],
  ["partner", "a key in plain text", (p) => (p.keys = ["a-key"])],
  ["partner", "an unknown role", (p) => (p.roles = ["admin"])],
  ["tracker", "no words", (t) => delete t.words],
  ["tracker", "a path with a query", (t) => (t.path = "/postback?x=1")],
];

for (const [kind, what, change] of right) {
  test(`${kind}: ${what} fits`, () => {
    const value = samples[kind]();
    change(value);
    assert.equal(check(kind, value), "");
  });
}

for (const [kind, what, change] of wrong) {
  test(`${kind}: ${what} does not fit`, () => {
    const value = samples[kind]();
    change(value);
    assert.notEqual(check(kind, value), "");
  });
}
