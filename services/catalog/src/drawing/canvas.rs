//! The few shapes that every drawing is made of, and its colours.

use std::fmt::{Display, Write as _};

use serde::Deserialize;

/// A hue of the shop's palette, as the seed names it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Hue {
    Blue,
    Brick,
    Cocoa,
    Cream,
    Crust,
    Green,
    Ink,
    Leaf,
    Lemon,
    Lilac,
    Ochre,
    Orange,
    Plum,
    Rose,
    Sage,
    Slate,
    Steel,
    Straw,
    Terracotta,
    White,
}

/// A hue in light, in half-light and in shade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tone {
    pub(super) hue: Hue,
    pub(super) light: &'static str,
    pub(super) base: &'static str,
    pub(super) dark: &'static str,
}

impl Hue {
    pub(super) const fn tone(self) -> Tone {
        let (light, base, dark) = match self {
            Self::Blue => ("#8ba6c9", "#3f5f8a", "#2b4466"),
            Self::Brick => ("#cf7a66", "#a63d2f", "#7c2b20"),
            Self::Cocoa => ("#8c6650", "#5b3a29", "#3d2519"),
            Self::Cream => ("#fbf3df", "#f1e1bd", "#d6be8c"),
            Self::Crust => ("#e5b878", "#c98a3f", "#9a6226"),
            Self::Green => ("#4e7a62", "#1f4d3a", "#143528"),
            Self::Ink => ("#5c5954", "#33312e", "#1b1a18"),
            Self::Leaf => ("#9bbf83", "#5e8c4a", "#446a35"),
            Self::Lemon => ("#f5e39a", "#e9c84a", "#c6a127"),
            Self::Lilac => ("#bfb2d3", "#8a79a8", "#66568a"),
            Self::Ochre => ("#efcf8c", "#d9a441", "#b37f22"),
            Self::Orange => ("#f0bc85", "#dd8a3c", "#b5651f"),
            Self::Plum => ("#9c5b6d", "#6b2d3e", "#4a1d2a"),
            Self::Rose => ("#f0c3bd", "#d98b84", "#b9655f"),
            Self::Sage => ("#c4d1bc", "#8fa587", "#6e8567"),
            Self::Slate => ("#9db0b9", "#5e7480", "#43555f"),
            Self::Steel => ("#e3e6e4", "#bcc2c0", "#8a918f"),
            Self::Straw => ("#f6e8c0", "#e8cf8e", "#c9a95c"),
            Self::Terracotta => ("#e3a184", "#c8693f", "#9b4b29"),
            Self::White => ("#ffffff", "#fffaf0", "#dfd6c4"),
        };
        Tone {
            hue: self,
            light,
            base,
            dark,
        }
    }
}

/// What every drawing may use beside its own two hues.
pub(super) const PAPER: &str = "#fbf8f1";
pub(super) const BOTTLE: &str = "#1f4d3a";
pub(super) const WOOD: Tone = Hue::Crust.tone();
pub(super) const STEEL: Tone = Hue::Steel.tone();
pub(super) const LEAF: Tone = Hue::Leaf.tone();
pub(super) const CREAM: Tone = Hue::Cream.tone();
pub(super) const INK: Tone = Hue::Ink.tone();
pub(super) const WHITE: Tone = Hue::White.tone();

/// A drawing in the making: 400 units a side, things stand on the shelf at [`Canvas::SHELF`].
#[derive(Debug, Default)]
pub(super) struct Canvas(String);

impl Canvas {
    pub(super) const SHELF: i32 = 322;

    pub(super) fn rect(&mut self, fill: &str, [x, y, w, h]: [i32; 4], radius: i32) {
        self.put(format_args!(
            r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{radius}" fill="{fill}"/>"#
        ));
    }

    pub(super) fn oval(&mut self, fill: &str, [x, y, rx, ry]: [i32; 4]) {
        self.put(format_args!(
            r#"<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}"/>"#
        ));
    }

    pub(super) fn dot(&mut self, fill: &str, [x, y]: [i32; 2], radius: i32) {
        self.put(format_args!(
            r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>"#
        ));
    }

    /// A filled outline, in the path language of SVG.
    pub(super) fn shape(&mut self, fill: &str, path: impl Display) {
        self.put(format_args!(r#"<path d="{path}" fill="{fill}"/>"#));
    }

    pub(super) fn line(&mut self, colour: &str, width: i32, path: impl Display) {
        self.put(format_args!(
            r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>"#
        ));
    }

    /// What `draw` draws, turned clockwise about a point.
    pub(super) fn turned(&mut self, degrees: i32, [x, y]: [i32; 2], draw: impl FnOnce(&mut Self)) {
        self.group(format_args!("rotate({degrees} {x} {y})"), draw);
    }

    /// What `draw` draws, moved.
    pub(super) fn moved(&mut self, [x, y]: [i32; 2], draw: impl FnOnce(&mut Self)) {
        self.group(format_args!("translate({x} {y})"), draw);
    }

    /// What `draw` draws, and its mirror image about the middle.
    pub(super) fn twice(&mut self, draw: impl Fn(&mut Self)) {
        draw(self);
        self.group("matrix(-1 0 0 1 400 0)", draw);
    }

    /// A bright stroke along the lit side.
    pub(super) fn shine(&mut self, path: impl Display) {
        self.put(format_args!(
            r##"<path d="{path}" fill="none" stroke="#fff" stroke-opacity=".45" stroke-width="7" stroke-linecap="round"/>"##
        ));
    }

    fn group(&mut self, transform: impl Display, draw: impl FnOnce(&mut Self)) {
        self.put(format_args!(r#"<g transform="{transform}">"#));
        draw(self);
        self.put("</g>");
    }

    fn put(&mut self, what: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{what}");
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}
