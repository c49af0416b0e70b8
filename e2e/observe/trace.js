/** What a trace has to be: one tree, of the spans that a reader looks for. */

import assert from "node:assert/strict";

const NONE = /^0*$/;

/**
 * Fails unless these spans are one tree: one root, every other one's parent is among them, and no child began
 * before its parent.
 *
 * @param {object[]} spans of one trace
 */
export function assertWhole(spans) {
  const byId = new Map(spans.map((it) => [it.spanId, it]));
  assert.equal(byId.size, spans.length, "no span comes twice");
  const isRoot = (it) => !it.parentSpanId || NONE.test(it.parentSpanId);
  const roots = spans.filter(isRoot);
  assert.equal(roots.length, 1, `one root: ${roots.map((it) => it.name)}`);
  for (const span of spans.filter((it) => !isRoot(it))) {
    const parent = byId.get(span.parentSpanId);
    assert.ok(parent, `${service(span)} ${span.name} has a parent that nobody sent`);
    // Processes of one machine share a clock.
    assert.ok(
      BigInt(span.startTimeUnixNano) >= BigInt(parent.startTimeUnixNano),
      `${span.name} began before ${parent.name}`,
    );
  }
  return roots[0];
}

/** Which service a span is of. */
export function service(span) {
  return span.resource["service.name"];
}

/** A tree of spans as text, each with its service and duration, for people. */
export function tree(spans) {
  const children = Map.groupBy
    ? Map.groupBy(spans, (it) => it.parentSpanId ?? "")
    : spans.reduce((map, it) => map.set(it.parentSpanId ?? "", [...(map.get(it.parentSpanId ?? "") ?? []), it]), new Map());
  const lines = [];
  const add = (span, depth) => {
    const took = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6;
    lines.push(`${took.toFixed(1).padStart(9)} ms  ${"  ".repeat(depth)}${service(span)}: ${span.name}`);
    const inOrder = (children.get(span.spanId) ?? []).toSorted((a, b) =>
      BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1,
    );
    inOrder.forEach((it) => add(it, depth + 1));
  };
  spans.filter((it) => !it.parentSpanId || NONE.test(it.parentSpanId)).forEach((it) => add(it, 0));
  return lines.join("\n");
}
