// Builds ../static: one stylesheet, two fonts, the scripts, one mark, each named by the hash of its content.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const fontFiles = join(here, "node_modules/@fontsource/atkinson-hyperlegible-next/files");
const manifest = {};

function put(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, hashed), content);
  manifest[name] = hashed;
  if (/\.(css|js)$/.test(name)) writeFileSync(join(out, `${hashed}.gz`), gzipSync(content, { level: 9 }));
}

function stylesheet() {
  const { css } = sass.compile(join(here, "scss/main.scss"), {
    style: "compressed",
    loadPaths: [join(here, "node_modules")],
    quietDeps: true,
  });
  return css.replace(/url\("?(atkinson-\d00\.woff2)"?\)/g, (_, name) => `url(${manifest[name]})`);
}

// Lines of comment and indents are for who reads the source. (No text in backticks goes over a line's end: a test looks.)
function lean(script) {
  return script.replace(/^[ \t]*\/\/.*\n/gm, "").replace(/^[ \t]+/gm, "");
}

mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) rmSync(join(out, name), { recursive: true });
for (const weight of [400, 700]) {
  const file = join(fontFiles, `atkinson-hyperlegible-next-latin-${weight}-normal.woff2`);
  put(`atkinson-${weight}.woff2`, readFileSync(file));
}
put("main.css", stylesheet());
for (const name of ["main.js", "desk.js", "measure.js", "looks.js", "offline.js"]) {
  put(name, lean(readFileSync(join(here, "js", name), "utf8")));
}
put("door.svg", readFileSync(join(here, "img/door.svg")));
// Last: whoever reads the manifest finds every file it names.
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
