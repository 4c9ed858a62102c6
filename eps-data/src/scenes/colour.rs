//! Colours and how they vary.

use super::dice::Dice;

/// Red, green and blue, each in `0..=1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Colour(pub(super) [f32; 3]);

/// The colour of `0xRRGGBB`.
pub(super) const fn rgb(code: u32) -> Colour {
    let [_, red, green, blue] = code.to_be_bytes();
    Colour([red as f32 / 255.0, green as f32 / 255.0, blue as f32 / 255.0])
}

pub(super) const BLACK: Colour = rgb(0x23_23_28);
pub(super) const WHITE: Colour = rgb(0xf4_f2_ec);
pub(super) const GREY: Colour = rgb(0x9a_9e_a4);
pub(super) const STEEL: Colour = rgb(0xc6_cc_d2);
pub(super) const CREAM: Colour = rgb(0xea_d9_b0);
pub(super) const RED: Colour = rgb(0xc8_35_2c);
pub(super) const ORANGE: Colour = rgb(0xe0_7b_2a);
pub(super) const YELLOW: Colour = rgb(0xf0_c2_38);
pub(super) const GREEN: Colour = rgb(0x3f_8f_55);
pub(super) const TEAL: Colour = rgb(0x2a_8c_94);
pub(super) const BLUE: Colour = rgb(0x2f_5f_b8);
pub(super) const BROWN: Colour = rgb(0x7d_4f_2f);
pub(super) const PINK: Colour = rgb(0xe3_a3_9c);
pub(super) const GLASS: Colour = rgb(0x2d_44_5c);

/// Body colours that every class draws from, so that none is given away by its colour.
pub(super) const BODY_COLOURS: [Colour; 10] =
    [RED, ORANGE, YELLOW, GREEN, TEAL, BLUE, BROWN, CREAM, WHITE, GREY];

impl Colour {
    /// This colour for `share` 0, `other` for 1.
    pub(super) fn mix(self, other: Self, share: f32) -> Self {
        let share = share.clamp(0.0, 1.0);
        Self([0, 1, 2].map(|i| self.0[i] + (other.0[i] - self.0[i]) * share))
    }

    /// Every part times `factor`, kept in range.
    pub(super) fn lit(self, factor: f32) -> Self {
        Self(self.0.map(|part| (part * factor).clamp(0.0, 1.0)))
    }

    /// A neighbour of this colour: brightness up to a fifth, each part up to 0.05 off.
    pub(super) fn varied(self, dice: &mut Dice) -> Self {
        let brightness = dice.between(0.82, 1.16);
        Self(self.0.map(|part| (part * brightness + dice.between(-0.05, 0.05)).clamp(0.0, 1.0)))
    }
}
