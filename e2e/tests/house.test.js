/** The shop as separate services: a part of it can fail while the rest goes on. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openHouse } from "../house.js";
import { owner } from "../proxy.js";
import { run } from "../visit.js";

let house;
before(async () => {
  house = await openHouse();
});
after(async () => {
  house?.audit();
  await house?.close();
});

test("every part of the URL space has its owner, and none is internal", () => {
  assert.equal(owner("/"), "storefront");
  assert.equal(owner("/products/baguette"), "storefront");
  assert.equal(owner("/api/docs"), "storefront");
  assert.equal(owner("/api/constructor/x"), "storefront");
  assert.equal(owner("/api/payments/methods"), "payment");
  assert.equal(owner("/api/orders"), "order");
  assert.equal(owner("/.well-known/jwks.json"), "auth");
  for (const path of ["/internal/stock", "//internal/stock", "/api/../internal", "/%2e%2e/internal", "/a%2Fb"]) {
    assert.equal(owner(path), undefined, path);
  }
});

test("a service that is stopped is missed by its own paths only, and comes back", { timeout: 120_000 }, async () => {
  const status = async (path) => (await fetch(`${house.url}${path}`)).status;
  assert.equal(await status("/api/catalog/products?limit=1"), 200);
  await house.stop("catalog");
  assert.equal(await status("/api/catalog/products?limit=1"), 502);
  assert.equal(await status("/api/docs"), 200);
  await house.start("catalog");
  assert.equal(await status("/api/catalog/products?limit=1"), 200);
});

test("the home page opens through the proxy", { timeout: 120_000 }, () =>
  run({ shop: house.url, name: "home through the proxy" }, async ({ page }) => {
    assert.equal((await page.goto("/")).status(), 200);
  }),
);
