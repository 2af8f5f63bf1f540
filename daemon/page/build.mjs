// Bundles src/ into one HTML file and writes it as a C++ source: node build.mjs OUTPUT.cc
//
// The file has its style and its script in it, and a policy that lets nothing run or load but
// these two, by their hashes. Its placeholder for a report is data, which no browser runs.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import esbuild from "esbuild";

const folder = join(dirname(fileURLToPath(import.meta.url)), "src");

async function bundled(file) {
    const { outputFiles } = await esbuild.build({
        entryPoints: [join(folder, file)],
        bundle: true,
        minify: true,
        write: false,
        target: "es2021",
        format: "iife",
        charset: "ascii",
        legalComments: "none",
    });
    return outputFiles[0].text.trim().replaceAll("</", "<\\/");
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function cpp(name, bytes) {
    const rows = Array.from({ length: Math.ceil(bytes.length / 32) }, (_, row) =>
        [...bytes.subarray(row * 32, row * 32 + 32)].join(","));
    return `constexpr unsigned char ${name}[] = {\n${rows.join(",\n")}};\n`;
}

const style = await bundled("page.css");
const script = await bundled("main.js");
const policy = [
    "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`,
    "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'",
].join("; ");
const html = Buffer.from(readFileSync(join(folder, "page.html"), "utf8")
    .replace("{{policy}}", () => policy)
    .replace("{{style}}", () => style)
    .replace("{{script}}", () => script));
const gzip = gzipSync(html, { level: 9 });
const etag = `"${createHash("sha256").update(html).digest("hex").slice(0, 32)}"`;

writeFileSync(process.argv[2], `#include "daemon/page_text.h"

namespace boxkited {

namespace {

${cpp("kHtml", html)}
${cpp("kGzip", gzip)}
std::string_view text(const unsigned char* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

const PageText kPageText{text(kHtml, sizeof kHtml), text(kGzip, sizeof kGzip),
                         ${JSON.stringify(etag)}, ${JSON.stringify(policy)}};

}  // namespace boxkited
`);
