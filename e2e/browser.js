/** The browser: Debian's Chromium, or the one that CHROMIUM names. Nothing is ever downloaded for it. */

import { chromium } from "playwright-core";

export const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";

/**
 * What makes it start anywhere, and keeps it from talking to anybody but the shop. It runs without its own
 * sandbox, which needs rights that containers seldom have: it sees no pages but ours.
 */
export const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser without a window. Its user has to close it. */
export function launch() {
  return chromium.launch({ executablePath, args: flags });
}
