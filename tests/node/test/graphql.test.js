// What the relay sends to SalesRender, judged by GraphQL's reference implementation: GRAPHQL_EXCHANGES names a folder of
// files {"document": "...", "variables": {...}}, which the relay's own tests have written.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildSchema, getVariableValues, Kind, parse, validate } from "graphql";

const here = dirname(fileURLToPath(import.meta.url));
const schema = buildSchema(readFileSync(join(here, "../../salesrender.graphql"), "utf8"));

/** Every fault of an exchange, as texts. */
const faultsOf = ({ document, variables = {} }) => {
  const ast = parse(document);
  const faults = validate(schema, ast);
  const operations = ast.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION);
  if (operations.length !== 1) return [...faults.map(String), `${operations.length} operations instead of one`];
  const declared = operations[0].variableDefinitions ?? [];
  const { errors = [] } = getVariableValues(schema, declared, variables ?? {});
  const names = declared.map((d) => d.variable.name.value);
  const undeclared = Object.keys(variables ?? {}).filter((name) => !names.includes(name));
  return [...faults, ...errors].map(String).concat(undeclared.map((name) => `$${name} is given but not declared`));
};

test("the check finds what is wrong", () => {
  const document = "mutation($input: AddOrderInput!) { orderMutation { addOrder(input: $input) { id } } }";
  const input = { statusId: "1", projectId: 1, orderData: { stringFields: [{ field: "click_id", value: "c" }] } };
  assert.deepEqual(faultsOf({ document, variables: { input } }), []);
  assert.notDeepEqual(faultsOf({ document, variables: { input: { ...input, projectId: null } } }), []);
  assert.notDeepEqual(faultsOf({ document, variables: { input: { ...input, webmaster: "1" } } }), []);
  assert.notDeepEqual(faultsOf({ document, variables: { input, other: 1 } }), []);
  assert.notDeepEqual(faultsOf({ document: document.replace("{ id }", "{ number }"), variables: { input } }), []);
  assert.notDeepEqual(faultsOf({ document: document.replace("AddOrderInput!", "String"), variables: { input: "x" } }), []);
});

const folder = process.env.GRAPHQL_EXCHANGES;
const files = folder ? readdirSync(folder).filter((name) => name.endsWith(".json")).sort() : [];

// Nothing to check is a failure: a check that quietly does nothing is worse than none.
test("there are exchanges to check", () => {
  assert.ok(folder, "GRAPHQL_EXCHANGES should name the folder of exchanges");
  assert.ok(files.length > 0, `${folder} has no *.json`);
});

for (const file of files) {
  test(`${file} is valid GraphQL with fitting variables`, () => {
    assert.deepEqual(faultsOf(JSON.parse(readFileSync(join(folder, file), "utf8"))), []);
  });
}
