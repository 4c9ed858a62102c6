//! Archives that the PASCAL VOC evaluation server takes.

use crate::Session;
use anyhow::{Context as _, Result, ensure};
use eps_data::codec::{encode_mask, read_mask, size_of, write_atomically};
use eps_data::{
    ClassNames, DataError, DataSet, IGNORE, ImageList, LabelMap, in_order, none_missing,
};
use flate2::{Compression, write::GzEncoder};
use rayon::prelude::*;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Images of VOC 2012's test list.
const VOC12_TEST: usize = 1456;

/// What a network may have been trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Competition {
    /// VOC's own images and annotations alone.
    Comp5,
    /// Any data but the test images: pre-trained weights and saliency models count.
    Comp6,
}

impl Competition {
    /// Name of the folder of its masks.
    fn folder(self) -> &'static str {
        match self {
            Self::Comp5 => "comp5_test_cls",
            Self::Comp6 => "comp6_test_cls",
        }
    }
}

/// Masks for the server of VOC 2012.
pub struct Voc12Submission<'a> {
    /// Folder of masks, `<id>.png`.
    pub masks: &'a Path,
    pub list: &'a ImageList,
    /// Gives the images, whose sizes the masks must have.
    pub data: &'a DataSet,
    pub competition: Competition,
}

impl Voc12Submission<'_> {
    /// Writes `results/VOC2012/Segmentation/<competition>_test_cls/<id>.png` for each image of the list, with
    /// VOC's palette, into an archive without a clock in it: equal masks make equal files.
    ///
    /// # Errors
    ///
    /// If a mask is missing, is not as large as its image, or has a pixel of 255 or of a class above 20, as
    /// the server refuses; nothing is written then.
    pub fn write(&self, out: &Path) -> Result<()> {
        let ids = &self.list.ids;
        let masks: Vec<PathBuf> =
            ids.iter().map(|id| self.masks.join(format!("{id}.png"))).collect();
        none_missing(masks.iter().filter(|mask| !mask.is_file()), "mask")?;
        let encoded = ids.par_iter().zip(&masks).map(|(id, mask)| self.encoded(id, mask));
        let encoded = in_order(encoded)?;
        let archive = self.archive(&encoded).context("the archive cannot be made")?;
        Ok(write_atomically(out, |file| file.write_all(&archive))?)
    }

    /// Notes what the server would not expect: a list of another length, and masks that are not on it.
    ///
    /// # Errors
    ///
    /// If the folder of masks cannot be read.
    pub fn remark(&self, session: &Session<'_>) -> Result<()> {
        let (name, count) = (&self.list.name, self.list.ids.len());
        if count != VOC12_TEST {
            session.observer.note(&format!(
                "list {name} has {count} images, but the server expects the {VOC12_TEST} of VOC 2012's test list"
            ));
        }
        let files = crate::folder::files_by_id(self.masks, "png")?;
        let left_out = files.keys().filter(|id| !self.list.ids.contains(id)).count();
        if left_out > 0 {
            let masks = self.masks.display();
            session.observer.note(&format!("{masks}: {left_out} masks that are not on the list"));
        }
        Ok(())
    }

    fn encoded(&self, id: &str, path: &Path) -> Result<Vec<u8>> {
        let mask: LabelMap = read_mask(path, ClassNames::voc().len())?;
        let (found, expected) = (mask.size(), size_of(&self.data.image_of(id))?);
        if found != expected {
            let (path, kind) = (path.into(), "mask");
            return Err(DataError::SizeMismatch { path, kind, found, expected }.into());
        }
        let ignored = mask.classes().iter().filter(|&&class| class == IGNORE).count();
        ensure!(
            ignored == 0,
            "{}: {ignored} pixels of 255 (ignore), expected a class in 0..=20 for every pixel, as the \
             server does",
            path.display()
        );
        let mut bytes = Vec::new();
        encode_mask(&mut bytes, &mask)?;
        Ok(bytes)
    }

    fn archive(&self, encoded: &[Vec<u8>]) -> std::io::Result<Vec<u8>> {
        let folder = format!("results/VOC2012/Segmentation/{}", self.competition.folder());
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        for (id, bytes) in self.list.ids.iter().zip(encoded) {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            archive.append_data(&mut header, format!("{folder}/{id}.png"), &bytes[..])?;
        }
        let mut compressed = archive.into_inner()?;
        compressed.flush()?;
        compressed.finish()
    }
}
