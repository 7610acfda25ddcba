// Which tasks are picked: a set of leaves, file > scenario > task. Everything above a leaf follows from it.
const kSeparator = "\u0001";
export const leafOf = (file, scenario, task) => [file, scenario, task].join(kSeparator);

/// All leaves of a node: a file, one of its scenarios, or one of its tasks.
export const leavesOf = (file, scenario, task) => {
  if (task) return [leafOf(file.file, scenario.name, task.name)];
  const scenarios = scenario ? [scenario] : file.scenarios;
  return scenarios.flatMap((each) => each.tasks.map((one) => leafOf(file.file, each.name, one.name)));
};

/// "all", "some" or "none".
export const stateOf = (leaves, picked) => {
  const count = leaves.filter((leaf) => picked.has(leaf)).length;
  return count === 0 ? "none" : count === leaves.length ? "all" : "some";
};

/// What a form says of a tree: names of files, scenarios and tasks; an empty list means all of them.
export const namesOf = (files, picked) => {
  const some = (leaves) => stateOf(leaves, picked) !== "none";
  const pickedFiles = files.filter((file) => some(leavesOf(file)));
  const scenarios = pickedFiles.flatMap((file) => file.scenarios.map((scenario) => ({ file, scenario })));
  const pickedScenarios = scenarios.filter(({ file, scenario }) => some(leavesOf(file, scenario)));
  const tasks = pickedScenarios.flatMap(({ file, scenario }) =>
    scenario.tasks.map((task) => ({ file, scenario, task })),
  );
  const pickedTasks = tasks.filter(({ file, scenario, task }) => some(leavesOf(file, scenario, task)));
  const unlessAll = (part, all, name) => (part.length === all.length ? [] : [...new Set(part.map(name))]);
  return {
    files: pickedFiles.map((file) => file.file),
    scenarios: unlessAll(pickedScenarios, scenarios, ({ scenario }) => scenario.name),
    tasks: unlessAll(pickedTasks, tasks, ({ task }) => task.name),
  };
};

/// What remains of a tree under a search: files with the scenarios and tasks that match, or all below what matches.
export const searched = (files, text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return files;
  const says = (...texts) => words.every((word) => texts.some((each) => each.toLowerCase().includes(word)));
  const scenarioPart = (file, scenario) => {
    if (says(file.file, scenario.name, ...(scenario.tags ?? []))) return [scenario];
    const tasks = scenario.tasks.filter((task) => says(file.file, scenario.name, task.name, ...task.tags));
    return tasks.length > 0 ? [{ ...scenario, tasks }] : [];
  };
  return files
    .map((file) => ({ ...file, scenarios: file.scenarios.flatMap((scenario) => scenarioPart(file, scenario)) }))
    .filter((file) => file.scenarios.length > 0 || says(file.file));
};

export const tagsOf = (files) => {
  const tasks = files.flatMap((file) => file.scenarios.flatMap((scenario) => scenario.tasks));
  return [...new Set(tasks.flatMap((task) => task.tags))].sort();
};
