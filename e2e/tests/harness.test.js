/** Proves that a visit notices what it is there to notice, on pages that are bad on purpose. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { check, run } from "../visit.js";

const page = (body) => `<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1>${body}</main></html>`;

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'";

/** What the server answers: a status, a body and its type. */
const answers = {
  "/good": [200, page("<p>Good</p>")],
  "/console": [200, page('<script src="/console.js"></script>')],
  "/console.js": [200, "console.error('this went wrong')", "text/javascript"],
  "/throws": [200, page('<script src="/throws.js"></script>')],
  "/throws.js": [200, "setTimeout(() => { throw new Error('thrown later') })", "text/javascript"],
  "/inline-script": [200, page("<script>1</script>")],
  "/inline-style": [200, page('<p style="color: red">Red</p>')],
  "/stranger": [200, page('<img alt="" src="http://127.0.0.1:9/pixel.png">')],
  "/asset": [200, page('<img alt="" src="/nothing.png">')],
  "/nothing.png": [404, "", "image/png"],
  "/fails": [500, page("<p>Sorry</p>")],
  "/refused": [422, page("<p>Not like this</p>")],
  "/breaks": [200, page('<script src="/break"></script>')],
  "/nameless": [200, page('<input type="text"><button></button>')],
  "/pale": [200, page('<link rel="stylesheet" href="/pale.css"><p>Pale in the dark</p>')],
  "/pale.css": [200, "@media (prefers-color-scheme: dark) { p { color: #ddd; background: #fff } }", "text/css"],
};

let server;
let shop;

before(async () => {
  server = createServer((request, response) => {
    const [status, body, type] = answers[request.url] ?? [204, ""];
    if (request.url === "/break") {
      response.destroy();
      return;
    }
    response.writeHead(status, { "Content-Type": type ?? "text/html", "Content-Security-Policy": POLICY });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  shop = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

/** Visits a page, and looks at it with axe if told to. */
const see = (path, { axe = false, ...options } = {}) =>
  run({ shop, ...options }, async ({ page }) => {
    await page.goto(path);
    if (axe) {
      await check(page);
    }
  });

test("a good page passes, with axe, under a strict policy", () => see("/good", { axe: true }));

test("an error on the console fails the visit", () =>
  assert.rejects(see("/console"), /console error: this went wrong/));

test("an error that nobody caught fails the visit", () =>
  assert.rejects(see("/throws"), /page error: Error: thrown later/));

test("a script in the page fails the visit", () =>
  assert.rejects(see("/inline-script"), /CSP violation: script-src-elem forbids inline/));

test("a style in the page fails the visit", () =>
  assert.rejects(see("/inline-style"), /CSP violation: style-src-attr forbids inline/));

test("a style in the page fails the visit of a browser without scripts too", () =>
  assert.rejects(see("/inline-style", { javaScript: false }), /console error: .*Content Security Policy/));

test("a request to somebody else fails the visit", () =>
  assert.rejects(see("/stranger"), /CSP violation: img-src|request to a stranger/));

test("an asset that is not there fails the visit", () =>
  assert.rejects(see("/asset"), /answer 404: GET .*nothing.png/));

test("a page that the shop fails to make fails the visit", () =>
  assert.rejects(see("/fails"), /answer 500: GET .*\/fails/));

test("a request that gets no answer fails the visit", () =>
  assert.rejects(see("/breaks"), /no answer \(net::ERR_EMPTY_RESPONSE\): GET .*\/break/));

test("a form that is refused is nothing bad", () => see("/refused"));

test("axe finds what has no name", () =>
  assert.rejects(see("/nameless", { axe: true }), (error) => {
    assert.match(error.message, /label \(critical/);
    assert.match(error.message, /button-name \(critical/);
    return true;
  }));

test("axe finds what cannot be read in dark colours only", () =>
  assert.rejects(see("/pale", { axe: true }), (error) => {
    assert.match(error.message, /color-contrast \(serious, in dark colours\)/);
    assert.doesNotMatch(error.message, /in light colours/);
    return true;
  }));

test("what a test expects is no failure, but it has to occur", async () => {
  await see("/fails", { expected: [/answer 500/] });
  await assert.rejects(see("/good", { expected: [/answer 500/] }), /expected and did not occur/);
  await assert.rejects(see("/console", { expected: [/answer 500/] }), /this went wrong/);
});

test("every page is watched, those of other windows too", () =>
  assert.rejects(
    run({ shop }, async ({ page, another }) => {
      await page.goto("/good");
      await (await another()).goto("/console");
    }),
    /console error: this went wrong/,
  ));
