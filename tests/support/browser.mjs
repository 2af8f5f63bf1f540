// A real Chromium for tests/support/browser.py: a call a line on standard input, its result on
// standard output. `{"call": "keyboard.press", "with": ["Enter"]}` calls that method of the page.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [modules, chromium] = process.argv.slice(2);
const { chromium: browsers } = createRequire(join(modules, "x.js"))("playwright-core");
const profile = mkdtempSync(join(tmpdir(), "boxkited-test-browser-"));
const context = await browsers.launchPersistentContext(profile, {
    executablePath: chromium,
    headless: true,
    timezoneId: "UTC",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
context.setDefaultTimeout(30000);
const page = context.pages()[0];
let seen;
const forget = () => { seen = { errors: [], requests: [] }; };
forget();
page.on("pageerror", (error) => seen.errors.push(String(error)));
page.on("console", (said) => {
    if (said.type() === "error") seen.errors.push(said.text());
});
page.on("request", (request) => seen.requests.push(request.url()));

const own = { seen: () => seen, forget };

for await (const line of createInterface({ input: process.stdin })) {
    const { call, with: given } = JSON.parse(line);
    let answer;
    try {
        const path = call.split(".");
        const method = path.pop();
        const owner = path.reduce((object, name) => object[name], page);
        const result = await (own[call] ? own[call]() : owner[method](...given));
        answer = { result: ["object", "function"].includes(typeof result) && result !== null &&
            ![Object.prototype, Array.prototype].includes(Object.getPrototypeOf(result)) ? null : result };
    } catch (error) {
        answer = { error: String(error) };
    }
    console.log(JSON.stringify(answer));
}
await context.close();
rmSync(profile, { recursive: true, force: true });
