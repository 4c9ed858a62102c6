//! Masks whose pixels are colours, or numbers in another form than an index.

use super::MaskOutput;
use super::origin::Origin;
use crate::{End, Session};
use anyhow::{Result, ensure};
use eps_data::codec::{read_colour_mask, read_index_mask, read_text, write_file};
use eps_data::{ColourClasses, pictures_of, sha256};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What the pixels of masks mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Colours {
    /// The colours of a label map.
    Of(PathBuf),
    Voc,
    Indices,
}

impl FromStr for Colours {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "voc" => Self::Voc,
            "indices" => Self::Indices,
            file => Self::Of(file.into()),
        })
    }
}

impl MaskOutput<'_> {
    /// Writes the class of each pixel of the pictures of a folder.
    ///
    /// # Errors
    ///
    /// If a picture is damaged or has a colour of no class, or the folder has masks of another source.
    pub fn of_pictures(
        &self,
        folder: &Path,
        colours: &Colours,
        session: &Session<'_>,
    ) -> Result<End> {
        let pictures = pictures_of(folder)?;
        ensure!(!pictures.is_empty(), "{}: no PNG in it", folder.display());
        let ids: Vec<&str> = pictures.keys().map(String::as_str).collect();
        let (classes, meaning) = match colours {
            Colours::Of(file) => (Some(ColourClasses::read(file)?), sha256(read_text(file)?)),
            Colours::Voc => (Some(ColourClasses::voc()), "voc".into()),
            Colours::Indices => (None, "indices".into()),
        };
        let origin = Origin::Indexed { pictures: sha256(ids.join("\n")), colours: meaning };
        let chosen = self.images(folder, pictures.into_iter().collect(), |(id, _)| id)?;
        let lock = origin.take(self.out, session)?;
        if let Some(classes) = classes.as_ref().filter(|classes| !classes.names().is_empty()) {
            let names: String = classes.names().iter().map(|name| format!("{name}\n")).collect();
            write_file(&self.out.join("classes.txt"), names)?;
        }
        self.write(
            lock,
            &chosen,
            |(id, _)| id,
            |(_, path)| {
                Ok(match &classes {
                    Some(classes) => read_colour_mask(path, classes)?,
                    None => read_index_mask(path)?,
                })
            },
            session,
        )
    }
}
