//! Masks whose pixels are colours, or numbers in another form than an index.

use super::Masks;
use super::origin::Origin;
use crate::commands::End;
use crate::folder_lock::FolderLock;
use crate::run_folder::write_text;
use anyhow::{Result, ensure};
use eps_data::codec::{read_colour_mask, read_index_mask, read_text};
use eps_data::{ColourClasses, pictures_of, sha256};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What the pixels of masks mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Colours {
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

impl Masks {
    /// Writes the class of each pixel of the pictures of a folder.
    pub(super) fn index(&self, folder: &Path, colours: &Colours) -> Result<End> {
        let pictures = pictures_of(folder)?;
        ensure!(!pictures.is_empty(), "{}: no PNG in it", folder.display());
        let ids: Vec<&str> = pictures.keys().map(String::as_str).collect();
        let (classes, meaning) = match colours {
            Colours::Of(file) => (Some(ColourClasses::read(file)?), sha256(read_text(file)?)),
            Colours::Voc => (Some(ColourClasses::voc()), "voc".into()),
            Colours::Indices => (None, "indices".into()),
        };
        let origin = Origin::Indexed { pictures: sha256(ids.join("\n")), colours: meaning };
        let chosen = self.chosen(folder, pictures.into_iter().collect(), |(id, _)| id)?;
        let lock = FolderLock::take(&self.out)?;
        origin.claim(&self.out, &lock)?;
        if let Some(classes) = classes.as_ref().filter(|classes| !classes.names().is_empty()) {
            let names: String = classes.names().iter().map(|name| format!("{name}\n")).collect();
            write_text(&self.out.join("classes.txt"), &names)?;
        }
        self.write(
            &lock,
            &chosen,
            |(id, _)| id,
            |(_, path)| {
                Ok(match &classes {
                    Some(classes) => read_colour_mask(path, classes)?,
                    None => read_index_mask(path)?,
                })
            },
        )
    }
}
