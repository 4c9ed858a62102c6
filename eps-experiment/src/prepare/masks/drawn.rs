//! Masks that are drawn of COCO's annotations.

use super::MaskOutput;
use super::origin::Origin;
use crate::{End, Session};
use anyhow::Result;
use eps_data::coco::{CocoImage, Drawing, Instances};
use eps_data::codec::write_file;
use eps_data::sha256;
use std::path::Path;

impl MaskOutput<'_> {
    /// Writes masks drawn of an instances file, and the names of its classes.
    ///
    /// # Errors
    ///
    /// If the file is damaged, or the folder has masks of another source.
    pub fn of_instances(
        &self,
        instances: &Path,
        drawing: Drawing,
        session: &Session<'_>,
    ) -> Result<End> {
        let file = Instances::open(instances)?;
        let images = self.images(instances, file.images().iter().collect(), id)?;
        let remarks = file.unmasked(&images)?;
        session.remarks(file.remarks().iter().chain(&remarks));
        let origin = Origin::Drawn { instances: sha256(file.text()), drawing };
        let lock = origin.take(self.out, session)?;
        write_file(&self.out.join("classes.txt"), file.names().to_text())?;
        self.write(lock, &images, id, |image| Ok(file.mask(image, drawing)?), session)
    }
}

fn id<'a>(image: &'a &CocoImage) -> &'a str {
    &image.id
}
