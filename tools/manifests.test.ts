/** What npm's readers and package managers are told of each package. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, workspacePackages } from "./workspace.ts";

const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const citation = textOf("CITATION.cff");

describe.each(workspacePackages)("$name", ({ folder, version, name }) => {
  const manifest = JSON.parse(textOf(`${folder}/package.json`));

  test("says what it is, whose, and where it comes from", () => {
    expect(manifest.description.length).toBeGreaterThan(30);
    expect(manifest.keywords.length).toBeGreaterThan(3);
    expect(citation).toContain(`name: ${manifest.author}`);
    expect(citation).toContain(`license: ${manifest.license}`);
    expect(citation).toContain(`version: ${version}`);
    const repository = /^repository-code: (.*)$/m.exec(citation)![1]!;
    expect(manifest.repository).toEqual({ type: "git", url: `git+${repository}.git`, directory: folder });
    expect(manifest.bugs).toBe(`${repository}/issues`);
    expect(manifest.homepage).toBe(`${repository}/tree/main/${folder}#readme`);
  });

  test("has a README that says how to install it, and the licence", () => {
    expect(textOf(`${folder}/README.md`)).toMatch(new RegExp(`^npm install .*${name}`, "m"));
    expect(textOf(`${folder}/LICENSE`)).toBe(textOf("LICENSE"));
  });

  test("asks for exact versions, and for the workspace's own at theirs", () => {
    const { dependencies = {} } = manifest;
    for (const [dependency, wanted] of Object.entries<string>(dependencies)) {
      expect(wanted, dependency).toMatch(/^\d+\.\d+\.\d+$/);
      const own = workspacePackages.find((one) => one.name === dependency);
      if (own !== undefined) expect(wanted, dependency).toBe(own.version);
    }
  });
});

test("the repository holds no binaries", () => {
  const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  // An archive of the repository has no list of its files.
  const files = stdout.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
  expect(files.filter((file) => readFileSync(join(root, file)).includes(0))).toEqual([]);
});
