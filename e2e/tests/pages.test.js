/** Every page, as everybody sees it: no finding of axe, one heading, a title of its own, no sideways scroll. */

import assert from "node:assert/strict";

import { addToCart, checkout, prepareCheckout, products, signUp, staff } from "../flows.js";
import { check, visit } from "../visit.js";

/** Looks at a page on a wide screen and on a narrow one. */
async function look(page, path, status = 200) {
  const answer = await page.goto(path);
  assert.equal(answer.status(), status, path);
  assert.equal(await page.locator("h1").count(), 1, `${path} has one heading of the first level`);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${path} is ${wide} wide on a screen of ${width}`);
    await check(page);
  }
  return page.title();
}

async function lookAtAll(page, paths) {
  const titles = new Map();
  for (const path of paths) {
    const title = await look(page, path);
    assert.ok(!titles.has(title), `${path} and ${titles.get(title)} are both called ${title}`);
    titles.set(title, path);
  }
}

visit("the pages for everybody", async ({ page }) => {
  const [{ slug }] = await products(page);
  await lookAtAll(page, [
    "/", "/search?q=cheese", "/search?q=xyzzyplugh", "/categories/bakery", `/products/${slug}`, "/cart", "/sign-in",
    "/sign-up", "/styleguide",
  ]);
  await addToCart(page, slug);
  await look(page, "/cart");
  await look(page, "/nothing-here", 404);
  await look(page, "/products/no-such-product", 404);
});

visit("the pages for customers", async ({ page }) => {
  await signUp(page);
  await lookAtAll(page, ["/orders", "/account", "/account/addresses", "/account/security"]);
  await addToCart(page);
  await prepareCheckout(page);
  await lookAtAll(page, ["/checkout/address", "/checkout/payment", "/checkout/review"]);
  await page.getByTestId("pay").click();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  const id = new URL(page.url()).pathname.split("/")[2];
  await lookAtAll(page, ["/orders", `/orders/${id}`, "/account/addresses", "/account/cards", "/account/delete"]);
});

visit("the pages for staff", async ({ page, another }) => {
  const customer = await another();
  await signUp(customer);
  await addToCart(customer);
  const id = await checkout(customer);

  await staff(page);
  const [{ id: product }] = await products(page);
  await lookAtAll(page, [
    "/admin", "/admin/orders", `/admin/orders/${id}`, "/admin/returns", "/admin/products",
    `/admin/products/${product}`, "/admin/operations", "/admin/operations/traces?id=none",
  ]);
  await page.goto("/admin/operations");
  const trace = await page.locator('a[href^="/admin/operations/traces?id="]').first().getAttribute("href");
  await look(page, trace);
  assert.ok((await page.locator("#content table tbody tr").count()) > 0, "its steps are there");
});
