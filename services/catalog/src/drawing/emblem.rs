//! The marks on labels.

use super::canvas::{Canvas, Hue, PAPER, Tone};

/// The mark on a label, so that two bottles of one shape do not look alike.
pub(super) fn emblem(c: &mut Canvas, ink: Tone, [x, y]: [i32; 2]) {
    let mark = ink.base;
    match ink.hue {
        // A tower for the claret, a sun for the south, a leaf for what was picked.
        Hue::Cream => {
            c.shape(
                "#1f4d3a",
                format_args!(
                    "M{} {}l0 -30l8 0l0 8l8 0l0 -8l8 0l0 8l8 0l0 -8l8 0l0 30z",
                    x - 20,
                    y + 16
                ),
            );
        }
        Hue::Brick | Hue::Ochre | Hue::Lemon | Hue::Orange => {
            c.dot(mark, [x, y], 11);
            for turn in [0, 45, 90, 135] {
                c.turned(turn, [x, y], |c| {
                    c.line(
                        mark,
                        4,
                        format_args!("M{x} {}l0 -7M{x} {}l0 7", y - 17, y + 17),
                    );
                });
            }
        }
        Hue::Blue | Hue::Slate => {
            for step in [-12, 0, 12] {
                c.line(
                    mark,
                    4,
                    format_args!("M{} {}q8 -10 16 0t16 0", x - 16, y + step),
                );
            }
        }
        Hue::White | Hue::Straw | Hue::Cocoa => {
            c.shape(
                ink.dark,
                format_args!("M{x} {}l18 20l-18 20l-18 -20z", y - 20),
            );
            c.shape(PAPER, format_args!("M{x} {}l8 10l-8 10l-8 -10z", y - 10));
        }
        _ => {
            c.shape(
                mark,
                format_args!(
                    "M{x} {}q30 -10 18 -40q-34 4 -18 40zM{x} {}q-30 -10 -18 -40q34 4 18 40z",
                    y + 20,
                    y + 20
                ),
            );
        }
    }
}
