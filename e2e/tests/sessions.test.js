/** Who is signed in, where, and for how long. */

import assert from "node:assert/strict";

import { CUSTOMER, send, signIn, signUp } from "../flows.js";
import { visit } from "../visit.js";

visit("signing out everywhere ends the sessions of other browsers within two seconds", async ({ page, another }) => {
  const person = await signUp(page);
  const elsewhere = await another();
  await signIn(elsewhere, person);
  await elsewhere.goto("/account");
  assert.equal(new URL(elsewhere.url()).pathname, "/account");

  await page.goto("/account/security");
  await send(page, "sign-out-everywhere");
  // Invariant I7.
  await page.waitForTimeout(2000);
  for (const it of [page, elsewhere]) {
    await it.goto("/account");
    assert.equal(new URL(it.url()).pathname, "/sign-in");
  }
});

visit("signing out leaves nothing of the account behind, not even by the back button", async ({ page }) => {
  const { name } = await signUp(page);
  await page.goto("/account");
  assert.ok((await page.locator("body").innerText()).includes(name));
  await send(page, "sign-out");
  await page.locator("a[href^='/sign-in']").first().waitFor();
  await page.goBack();
  await page.waitForLoadState("load");
  assert.ok(!(await page.locator("body").innerText()).includes(name));
});

visit("signing in leads back to the page that asked for it", async ({ page }) => {
  const person = await signUp(page);
  await page.goto("/account");
  await send(page, "sign-out");
  await page.goto("/orders");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await send(page, "sign-in", { email: person.email, password: person.password });
  await page.waitForURL("**/orders");
});

visit("a wrong password is refused without saying whether the account exists", async ({ page }) => {
  const says = async (email) => {
    await page.goto("/sign-in");
    await send(page, "sign-in", { email, password: "mot-de-passe-wrong" });
    const alert = page.locator("[role=alert]").first();
    await alert.waitFor();
    return alert.innerText();
  };
  assert.equal(await says(CUSTOMER.email), await says("nobody@example.com"));
});

visit("customers are kept out of the back office", async ({ page }) => {
  await signIn(page, CUSTOMER);
  assert.equal(await page.locator("a[href='/admin']").count(), 0);
  for (const path of ["/admin", "/admin/orders", "/admin/returns", "/admin/products", "/admin/operations"]) {
    assert.equal((await page.goto(path)).status(), 403, path);
  }
});
