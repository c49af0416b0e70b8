import assert from "node:assert/strict";

import { check, visit } from "../visit.js";

visit("the home page opens, and nobody is locked out of it", async ({ page }) => {
  const answer = await page.goto("/");
  assert.equal(answer.status(), 200);
  assert.match(await page.title(), /Comptoir/);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await check(page);
});

visit("the home page speaks French to those who prefer it", { locale: "fr-FR" }, async ({ page }) => {
  await page.goto("/");
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await check(page);
});

visit("the home page is complete without scripts", { javaScript: false }, async ({ page }) => {
  await page.goto("/");
  assert.ok(await page.locator("h1").isVisible());
});

visit("the home page does not scroll sideways on a phone", { phone: true }, async ({ page }) => {
  await page.goto("/");
  const [page_, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(page_ <= screen, `the page is ${page_} wide on a screen of ${screen}`);
  await check(page);
});
