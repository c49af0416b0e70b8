/** Pictures of the shop on SHOP_URL, in light and dark colours. See ci/screenshots. */

import { mkdir, writeFile } from "node:fs/promises";

import { selectors } from "playwright-core";

import { launch } from "./browser.js";
import { addToCart, CUSTOMER, prepareCheckout, products, signIn, staff } from "./flows.js";

const [out, readme] = process.argv.slice(2);

/** What the README shows, and in which colours. */
const IN_README = { home: "light", product: "light", "checkout-review": "dark", "admin-operations": "light" };
const AT_MOST = 150_000;

selectors.setTestIdAttribute("data-test");
const browser = await launch();

async function open() {
  const context = await browser.newContext({
    baseURL: process.env.SHOP_URL,
    locale: "en-GB",
    timezoneId: "Europe/Paris",
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
  });
  return context.newPage();
}

/** Draws a picture smaller until it is small enough for a repository. */
async function shrunk(png) {
  const page = await open();
  let small = png;
  for (let width = 1200; small.length > AT_MOST; width -= 80) {
    const smaller = await page.evaluate(async ([source, width]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = Math.round((width * image.height) / image.width);
      const pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL("image/png").split(",")[1];
    }, [png.toString("base64"), width]);
    small = Buffer.from(smaller, "base64");
  }
  await page.context().close();
  return small;
}

/** Waits until the shop has audited itself, which it does soon after it opened. */
async function audited(page) {
  const until = Date.now() + 60_000;
  do {
    const answer = await page.goto("/admin/operations");
    if (answer.ok() && (await page.getByText("I1").count()) > 0) {
      return;
    }
    await page.waitForTimeout(1000);
  } while (Date.now() < until);
  throw new Error("no audit was recorded within a minute");
}

async function shoot(page, name, path) {
  if (path) {
    const answer = await page.goto(path);
    if (!answer.ok()) {
      throw new Error(`${path} was answered ${answer.status()}`);
    }
  }
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    const png = await page.screenshot({ path: `${out}/${name}-${colorScheme}.png` });
    if (readme && IN_README[name] === colorScheme) {
      const small = await shrunk(png);
      await writeFile(`${readme}/${name}.png`, small);
      console.log(`docs/images/${name}.png: ${Math.ceil(small.length / 1000)} kB`);
    }
  }
  console.log(`out/screenshots/${name}-{light,dark}.png`);
}

try {
  await mkdir(out, { recursive: true });
  if (readme) {
    await mkdir(readme, { recursive: true });
  }
  const visitor = await open();
  const [first, second] = await products(visitor, "category=bakery&in_stock=true&limit=2");
  await shoot(visitor, "home", "/");
  await shoot(visitor, "search", "/search?q=cheese");
  await shoot(visitor, "category", "/categories/bakery");
  await shoot(visitor, "product", `/products/${first.slug}`);
  await signIn(visitor, CUSTOMER);
  await addToCart(visitor, first.slug, 2);
  await addToCart(visitor, second.slug);
  await shoot(visitor, "cart", "/cart");
  await prepareCheckout(visitor);
  await shoot(visitor, "checkout-review");
  await visitor.getByTestId("pay").click();
  await visitor.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  await shoot(visitor, "order");
  await shoot(visitor, "account", "/account");
  const clerk = await open();
  await staff(clerk);
  await shoot(clerk, "admin", "/admin");
  await audited(clerk);
  await clerk.setViewportSize({ width: 1280, height: 1000 });
  await shoot(clerk, "admin-operations", "/admin/operations");
} finally {
  await browser.close();
}
