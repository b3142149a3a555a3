// Looks at the report's page as people do: wide and narrow, light and dark, with the keyboard, on paper, without a script.
//
//   node look.mjs --modules DIR --browser PROGRAM [--most-ms N] [--screenshots DIR] PAGE...
//
// Prints what it measured, one line a page and way to look at it. Exits with 1 and says what is wrong when something is:
// an error in the console, a request, a violation of the page's policy, anything that axe finds, text that is cut at the
// side, a search or a key that does nothing, or a page that takes longer than N milliseconds to load.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync, mkdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const options = { "--most-ms": "5000" };
const pages = [];
for (let words = process.argv.slice(2); words.length; ) {
  const word = words.shift();
  if (word.startsWith("--")) options[word] = words.shift();
  else pages.push(resolve(word));
}
const modules = createRequire(join(resolve(options["--modules"]), "here.js"));
const puppeteer = modules("puppeteer-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

const problems = [];
const expect = (holds, where, what) => {
  if (!holds) problems.push(`${where}: ${what}`);
};

const browser = await puppeteer.launch({
  browser: "chrome",
  executablePath: found(options["--browser"]),
  // As root, in a container, the browser has no sandbox of its own; it opens nothing but our own file.
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb", "--hide-scrollbars"],
});
try {
  for (const file of pages) {
    for (const [shape, width, height] of [["desktop", 1280, 900], ["phone", 360, 740]]) {
      for (const scheme of ["light", "dark"]) await look(file, shape, width, height, scheme);
    }
    await withoutScript(file);
    await onPaper(file);
  }
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);

/** The program of this name on the path. */
function found(name) {
  return name.includes("/") ? name : execFileSync("which", [name], { encoding: "utf8" }).trim();
}

/** A new tab that keeps account of everything that should not happen in it. */
async function tab(where) {
  const page = await browser.newPage();
  page.on("console", (message) => expect(message.type() !== "error", where, `console: ${message.text()}`));
  page.on("pageerror", (error) => expect(false, where, `script: ${error.message}`));
  page.on("request", (request) => expect(request.url().startsWith("file:") && request.isNavigationRequest(), where, `asks for ${request.url()}`));
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return page;
}

async function look(file, shape, width, height, scheme) {
  const where = `${basename(file)} ${shape} ${scheme}`;
  const page = await tab(where);
  await page.setViewport({ width, height, isMobile: shape === "phone", hasTouch: shape === "phone" });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const took = await page.evaluate(async () => {
    // Two frames later what is to be seen first has been painted.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const [loaded] = performance.getEntriesByType("navigation");
    return { load: Math.round(loaded.loadEventEnd), painted: Math.round(performance.now()) };
  });
  expect(took.painted <= Number(options["--most-ms"]), where, `took ${took.painted} ms`);
  const cards = await page.evaluate(() => document.querySelectorAll("#cards > details").length);
  await fits(page, where, "closed");
  await accessible(page, where, "closed");
  if (cards > 0) {
    await finds(page, where, cards);
    await keys(page, where);
    await page.evaluate(() => [...document.querySelectorAll("#cards > details")].slice(0, 8).forEach((card) => (card.open = true)));
    await page.evaluate(() => [...document.querySelectorAll("section:not([aria-labelledby=learnings]) details")].slice(0, 8).forEach((one) => (one.open = true)));
    await fits(page, where, "open");
    await accessible(page, where, "open");
  }
  const violations = await page.evaluate(() => window.violations);
  expect(violations.length === 0, where, `against the policy: ${violations.join(", ")}`);
  if (options["--screenshots"]) await picture(page, file, shape, scheme);
  const kib = Math.round(statSync(file).size / 1024);
  console.log(`${where}: ${cards} learnings, ${kib} KiB, loaded in ${took.load} ms, painted after ${took.painted} ms`);
  await page.close();
}

/** Nothing is wider than the window. */
async function fits(page, where, state) {
  const wide = await page.evaluate(() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    const all = Array.from(document.body.querySelectorAll("*"));
    return all.filter((one) => one.getBoundingClientRect().right > most + 1).slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
  });
  expect(wide.length === 0, where, `wider than the window (${state}): ${wide.join(" | ")}`);
}

/** axe finds nothing. It takes minutes for hundreds of learnings, which are all alike: it is shown the first of them. */
async function accessible(page, where, state) {
  // Given to the page from outside, which its policy has no say in.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const list = document.getElementById("cards");
    const rest = [...(list?.children ?? [])].slice(25);
    rest.forEach((card) => card.remove());
    // What is below the window is laid out late, and axe does not judge what is not.
    for (const card of list?.children ?? []) card.style.contentVisibility = "visible";
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    list?.append(...rest);
    return violations.map((one) => `${one.id} (${one.nodes.length}): ${one.nodes[0].html.slice(0, 160)} ${one.nodes[0].failureSummary.replace(/\s+/g, " ").slice(0, 200)}`);
  });
  for (const violation of found) expect(false, where, `axe (${state}): ${violation}`);
}

/** Searching and filtering show what fits and say how many. */
async function finds(page, where, cards) {
  const shown = () => page.evaluate(() => document.querySelectorAll("#cards > details:not([hidden])").length);
  const said = () => page.$eval("#filter-count", (count) => Number.parseInt(count.textContent, 10));
  const settled = () => new Promise((done) => setTimeout(done, 250));
  expect((await shown()) === cards, where, "something is hidden before anybody filters");
  const word = await page.$eval("#cards > details:last-child .path", (path) => path.textContent.trim());
  await page.focus("body");
  await page.keyboard.press("/");
  expect(await page.evaluate(() => document.activeElement.id === "filter-text"), where, "`/` does not lead to the search");
  await page.keyboard.type(word.toUpperCase());
  await settled();
  const fitting = await page.evaluate((word) => [...document.querySelectorAll("#cards > details")].filter((card) => card.textContent.toLowerCase().includes(word)).length, word.toLowerCase());
  expect(fitting > 0 && (await shown()) === fitting && (await said()) === fitting, where, `a search for ${word} shows ${await shown()} and not ${fitting}`);
  await page.keyboard.press("Escape");
  await settled();
  expect((await shown()) === cards, where, "Escape does not clear the search");
  for (const name of ["kind", "verdict", "scope"]) {
    const value = await page.$eval(`#filter-${name} option:last-child`, (option) => option.value);
    await page.select(`#filter-${name}`, value);
    const fitting = await page.evaluate((name, value) => [...document.querySelectorAll("#cards > details")].filter((card) => card.dataset[name] === value).length, name, value);
    expect(fitting > 0 && (await shown()) === fitting, where, `${name} ${value} shows ${await shown()} and not ${fitting}`);
    await page.evaluate(() => document.getElementById("filter-clear").click());
  }
  await page.type("#filter-text", "no such word anywhere");
  await settled();
  expect((await shown()) === 0 && (await page.$eval("#filter-none", (none) => !none.hidden)), where, "nothing says that nothing fits");
  await page.evaluate(() => document.getElementById("filter-clear").click());
}

/** Everything can be reached and opened with the keyboard alone. */
async function keys(page, where) {
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.focus(".skip");
  await page.keyboard.press("Enter");
  expect((await page.evaluate(() => location.hash)) === "#main", where, "the first link does not skip to the report");
  await page.focus("#filter-clear");
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.matches("#cards > details:first-child > summary"));
  expect(first, where, "the next stop after the filters is not the first learning");
  await page.keyboard.press("Enter");
  expect(await page.$eval("#cards > details", (card) => card.open), where, "Enter does not open a learning");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  expect(outline !== "none", where, "what has the focus cannot be seen");
  await page.keyboard.press("Enter");
  const link = await page.$(".entries a[href^='#learning-']");
  if (link) {
    await link.focus();
    await page.keyboard.press("Enter");
    await new Promise((done) => setTimeout(done, 100));
    const opened = await page.evaluate(() => document.getElementById(location.hash.slice(1))?.open);
    expect(opened, where, "a link to a learning does not open it");
  }
}

/** Without a script all of it can be read, and nothing is offered that would do nothing. */
async function withoutScript(file) {
  const where = `${basename(file)} without a script`;
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const client = await page.createCDPSession();
  const { root } = await client.send("DOM.getDocument", { depth: 0 });
  const { nodeId } = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector: "#filters" });
  if (nodeId) {
    const box = await client.send("DOM.getBoxModel", { nodeId }).catch(() => null);
    expect(!box, where, "a search is offered");
    const summary = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector: "#cards > details > summary" });
    await client.send("DOM.focus", { nodeId: summary.nodeId });
    await page.keyboard.press("Enter");
    const opened = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector: "#cards > details[open]" });
    expect(opened.nodeId, where, "a learning does not open");
  }
  await page.close();
}

/** It can be printed. */
async function onPaper(file) {
  const where = `${basename(file)} on paper`;
  const page = await tab(where);
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const paper = await page.pdf({ format: "A4", margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" } });
  const sheets = Buffer.from(paper).toString("latin1").match(/\/Type\s*\/Page[^s]/g)?.length ?? 0;
  expect(sheets > 0, where, "printing gives no page");
  console.log(`${where}: ${sheets} sheets`);
  await page.close();
}

/** A picture of what the page begins with. */
async function picture(page, file, shape, scheme) {
  const folder = resolve(options["--screenshots"]);
  mkdirSync(folder, { recursive: true });
  const name = join(folder, `${basename(file, ".html")}-${shape}-${scheme}`);
  await page.evaluate(() => {
    document.querySelectorAll("details[open]").forEach((one) => (one.open = false));
    document.activeElement.blur();
    window.scrollTo(0, 0);
  });
  const path = `${name}.png`;
  await page.screenshot({ path, clip: { x: 0, y: 0, width: page.viewport().width, height: shape === "phone" ? 1480 : 1640 } });
  try {
    execFileSync("pngquant", ["--force", "--strip", "--output", path, "64", path]);
  } catch {
    console.log(`${path}: not made small, which takes pngquant`);
  }
}
