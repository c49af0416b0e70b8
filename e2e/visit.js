/**
 * A visit to the shop: a test with a browser window of its own, which fails by itself when anything went
 * wrong on any page that it saw.
 *
 *     visit("a guest finds bread", async ({ page }) => { await page.goto("/search?q=bread"); ... });
 *     visit("the same in French", { locale: "fr-FR" }, async ({ page }) => { ... });
 */

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { after, test } from "node:test";

import axe from "axe-core";
import { selectors } from "playwright-core";

import { launch } from "./browser.js";
import { watch } from "./watch.js";

selectors.setTestIdAttribute("data-test");

/** The folder for what is worth looking at after a test failed. */
const artefacts = process.env.ARTEFACTS;

/**
 * How long a visit may take, and any single thing in it. A debug build on a machine that is busy with other
 * things is not fast.
 */
const VISIT = 120_000;
const STEP = 15_000;

/** One browser for all tests of a file. */
let browser;
after(async () => (await browser)?.close());

/**
 * @typedef {object} Options
 * @property {string} [shop] where the shop is, if not where SHOP_URL says
 * @property {string} [locale] the language that the browser asks for; en-GB if not given
 * @property {{width: number, height: number}} [viewport] the size of the window; 1280x800 if not given
 * @property {boolean} [javaScript] whether pages may run scripts; true if not given
 * @property {boolean} [phone] whether this is a phone: small, with a touch screen
 * @property {RegExp[]} [expected] findings that are meant to be: each has to occur, any other one fails
 *
 * @typedef {object} Visit
 * @property {import("playwright-core").Page} page an empty page
 * @property {import("playwright-core").BrowserContext} context the window that it is in
 * @property {(options?: Options) => Promise<import("playwright-core").Page>} another a page in another
 *   window, of somebody else: nothing is shared, and it is watched too
 */

/**
 * Defines a test.
 *
 * @param {string} name a sentence
 * @param {Options | ((visit: Visit) => Promise<void>)} options
 * @param {(visit: Visit) => Promise<void>} [body]
 */
export function visit(name, options, body) {
  if (typeof options === "function") {
    [options, body] = [{}, options];
  }
  test(name, { timeout: VISIT }, () => run({ name, ...options }, body));
}

/**
 * Runs `body` and throws what it throws, or what the pages had to complain of.
 *
 * @param {Options & {name?: string}} options
 * @param {(visit: Visit) => Promise<void>} body
 */
export async function run({ name, expected = [], ...options }, body) {
  browser ??= launch();
  const contexts = [];
  const findings = [];
  const open = async (more = {}) => {
    const settings = { ...options, ...more };
    const shop = settings.shop ?? process.env.SHOP_URL;
    assert.ok(shop, "SHOP_URL is not set; `ci/e2e` opens a shop and runs these tests");
    const context = await (await browser).newContext(window(shop, settings));
    contexts.push(context);
    context.setDefaultTimeout(STEP);
    await watch(context, shop, findings);
    return context;
  };

  try {
    const context = await open();
    await body({
      context,
      page: await context.newPage(),
      another: async (more) => (await open(more)).newPage(),
    });
    await settle(contexts);
    judge(findings, expected);
  } catch (error) {
    if (name && artefacts) {
      await keep(name, contexts, findings);
    }
    throw error;
  } finally {
    await Promise.all(contexts.map((it) => it.close()));
  }
}

/** What a window of these settings is in Playwright's words. */
function window(shop, { locale = "en-GB", viewport, javaScript = true, phone = false }) {
  return {
    baseURL: shop,
    locale,
    javaScriptEnabled: javaScript,
    viewport: viewport ?? (phone ? { width: 390, height: 844 } : { width: 1280, height: 800 }),
    hasTouch: phone,
    isMobile: phone,
    timezoneId: "Europe/Paris",
    // A colour that is halfway to another one says nothing about its contrast.
    reducedMotion: "reduce",
  };
}

/** What a page says last must not be lost: a message from the browser is on its way for a moment. */
async function settle(contexts) {
  for (const page of contexts.flatMap((it) => it.pages())) {
    await page.waitForLoadState("load");
    await page.evaluate(() => 0);
  }
}

function judge(findings, expected) {
  const surprises = findings.filter((it) => !expected.some((pattern) => pattern.test(it)));
  const missing = expected.filter((pattern) => !findings.some((it) => pattern.test(it)));
  const complaints = [...surprises, ...missing.map((it) => `this was expected and did not occur: ${it}`)];
  if (complaints.length > 0) {
    assert.fail(`the pages of this visit have findings:\n  ${complaints.join("\n  ")}`);
  }
}

/** Keeps what each page of a failed visit looked like. */
async function keep(name, contexts, findings) {
  const folder = `${artefacts}/failed/${name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80)}`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/findings.txt`, findings.map((it) => `${it}\n`).join(""));
  const pages = contexts.flatMap((it) => it.pages());
  for (const [index, page] of pages.entries()) {
    const path = `${folder}/${index + 1}`;
    try {
      await writeFile(`${path}.html`, `<!-- ${page.url()} -->\n${await page.content()}`);
      await page.screenshot({ path: `${path}.png`, fullPage: true });
    } catch (error) {
      await writeFile(`${path}.txt`, `this page could not be kept: ${error}`);
    }
  }
}

/**
 * Fails if the page, as it is now, locks somebody out: no serious or critical finding of axe, neither in
 * light nor in dark colours.
 *
 * @param {import("playwright-core").Page} page
 */
export async function check(page) {
  const findings = [];
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    // The site's policy forbids scripts in the page; what the debugger evaluates is not under it.
    await page.evaluate(`${axe.source}; undefined`);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, help, nodes } of violations) {
      if (impact === "serious" || impact === "critical") {
        const where = nodes.map((it) => `\n    ${it.html}\n      ${it.failureSummary.replaceAll("\n", "\n      ")}`);
        findings.push(`${id} (${impact}, in ${colorScheme} colours): ${help}${where.join("")}`);
      }
    }
  }
  if (findings.length > 0) {
    assert.fail(`axe has findings on ${page.url()}:\n  ${findings.join("\n  ")}`);
  }
}
