import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyForm, fieldOf, requestOf, restoredForm } from "../../../../../runtime/service/page/form.js";
import { leafOf, leavesOf, namesOf, searched, stateOf, tagsOf } from "../../../../../runtime/service/page/tree.js";

const task = (name, ...tags) => ({ name, tags });
const files = [
  {
    file: "a.lua",
    scenarios: [
      { name: "one", tasks: [task("x", "core"), task("y", "core", "slow")] },
      { name: "two", tasks: [task("z")] },
    ],
  },
  { file: "b.lua", scenarios: [{ name: "three", tasks: [task("w", "batch")] }] },
];

test("a whole file needs no names but its own", () => {
  assert.deepEqual(namesOf(files, new Set(leavesOf(files[0]))), { files: ["a.lua"], scenarios: [], tasks: [] });
});

test("a part of a file is named by its scenarios and tasks", () => {
  assert.deepEqual(namesOf(files, new Set([leafOf("a.lua", "one", "x")])), {
    files: ["a.lua"],
    scenarios: ["one"],
    tasks: ["x"],
  });
  assert.deepEqual(namesOf(files, new Set(leavesOf(files[0], files[0].scenarios[0]))), {
    files: ["a.lua"],
    scenarios: ["one"],
    tasks: [],
  });
  assert.deepEqual(namesOf(files, new Set()), { files: [], scenarios: [], tasks: [] });
});

test("what is above a leaf follows from it", () => {
  const picked = new Set([leafOf("a.lua", "one", "x")]);
  assert.equal(stateOf(leavesOf(files[0]), picked), "some");
  assert.equal(stateOf(leavesOf(files[0], files[0].scenarios[0], files[0].scenarios[0].tasks[0]), picked), "all");
  assert.equal(stateOf(leavesOf(files[1]), picked), "none");
});

test("a search finds files, scenarios, tasks and tags", () => {
  const found = (text) =>
    searched(files, text)
      .flatMap(({ scenarios }) => scenarios.flatMap(({ tasks }) => tasks.map(({ name }) => name)))
      .join(" ");
  assert.equal(found(""), "x y z w");
  assert.equal(found("slow"), "y");
  assert.equal(found("two"), "z");
  assert.equal(found("b.lua"), "w");
  assert.equal(found("one slow"), "y");
  assert.equal(found("nothing"), "");
  assert.deepEqual(tagsOf(files), ["batch", "core", "slow"]);
});

test("only what belongs to the load's shape is sent", () => {
  const form = { ...emptyForm(), users: "25", spawn_rate: "2.5", run_time: " 90s ", rate: "100", seed: "" };
  const names = { files: ["a.lua"], scenarios: [], tasks: [] };
  const sent = (shape) => requestOf({ ...form, shape }, names);
  assert.equal(sent("given").users, null);
  assert.equal(sent("given").run_time, null);
  assert.deepEqual(
    [sent("users").users, sent("users").spawn_rate, sent("users").run_time, sent("users").rate],
    [25, 2.5, "90s", null],
  );
  assert.deepEqual([sent("rate").rate, sent("rate").users], [100, null]);
  assert.deepEqual(sent("stages").stages[0], { duration: "30s", target: 10 });
  assert.equal(sent("given").seed, null);
});

test("text that is no number is sent as it was typed, so that the answer can name it", () => {
  const form = { ...emptyForm(), shape: "users", users: "many" };
  assert.equal(requestOf(form, { files: [], scenarios: [], tasks: [] }).users, "many");
});

test("empty rows are not sent", () => {
  const form = {
    ...emptyForm(),
    env: [
      { name: " ", value: "x" },
      { name: "A ", value: " b" },
    ],
    thresholds: [
      { metric: "", expression: " " },
      { metric: "m", expression: "rate<1" },
    ],
  };
  const { env, thresholds } = requestOf(form, { files: [], scenarios: [], tasks: [] });
  assert.deepEqual(env, { A: " b" });
  assert.deepEqual(thresholds, [{ metric: "m", expression: "rate<1" }]);
});

test("a problem stands beside the field that it is about", () => {
  const form = {
    ...emptyForm(),
    thresholds: [
      { metric: "a", expression: "" },
      { metric: "http_reqs", expression: "p(95)<<5" },
    ],
  };
  assert.equal(fieldOf({ message: "cannot read 'p(95)<<5'", where: "" }, form), "thresholds.1");
  assert.equal(fieldOf({ message: "unexpected symbol", where: "a.lua:12" }, emptyForm()), "files");
  assert.equal(fieldOf({ message: "unknown key", where: "light.toml:9" }, emptyForm()), "profile");
  assert.equal(fieldOf({ message: "--run-time 5x: expected 90s", where: "" }, emptyForm()), "run_time");
  assert.equal(fieldOf({ message: 'users is "many": expected a whole number', where: "" }, emptyForm()), "users");
  assert.equal(fieldOf({ message: "no space left on device", where: "" }, emptyForm()), "");
});

test("a form kept by another version comes back as far as it still fits", () => {
  assert.deepEqual(restoredForm(null), emptyForm());
  assert.deepEqual(restoredForm({ users: "7", stages: "none", unknown: 1 }), { ...emptyForm(), users: "7" });
});
