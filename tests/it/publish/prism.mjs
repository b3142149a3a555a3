// GitHub's own description of its API, served by Prism, which says what is wrong with a request. Cut down to what is
// asked for, so that it starts quickly. Ends with its standard input.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, port] = process.argv.slice(2);
const packages = join(folder, "node_modules");
const read = (name) => readFileSync(join(packages, "@octokit/openapi/generated", name), "utf8");
const spec = JSON.parse(read("api.github.com.deref.json"));
const asked = /^\/repos\/\{owner\}\/\{repo\}\/(pulls|issues)(\/\{(pull|issue)_number\}(\/(labels|comments|reviews|requested_reviewers))?)?$/;
const paths = Object.entries(spec.paths).filter(([path]) => asked.test(path));
const file = join(folder, `github-${port}.json`);
writeFileSync(file, JSON.stringify({ openapi: spec.openapi, info: spec.info, paths: Object.fromEntries(paths) }));
const prism = spawn(
    process.execPath,
    [join(packages, "@stoplight/prism-cli/dist/index.js"), "mock", "--host", "127.0.0.1", "--port", port, file],
    { stdio: "ignore" },
);
const end = () => {
    prism.kill();
    process.exit();
};
prism.on("exit", () => process.exit(1));
process.stdin.on("end", end).on("error", end).resume();
