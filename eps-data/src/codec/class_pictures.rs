//! Class activation maps as other programs keep them: a grey PNG for each class of an image.

use super::CamKeys;
use super::rgb::read_picture;
use crate::{ClassId, DataError, ScoreMap, Size};
use image::DynamicImage;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The pictures of an image's maps, by class.
pub type ClassPictures = BTreeMap<ClassId, PathBuf>;

/// The maps of a folder by image id: `<id>_<class>.png`, or `<id>/<class>.png`; other files are not
/// listed.
///
/// Classes are spelled in plain digits: `2007_000032.png` is no map. Maps of the background are left
/// out where `keys` count it.
///
/// # Errors
///
/// If the folder cannot be read, or holds two maps of one class and image.
pub fn class_pictures_of(
    folder: &Path,
    keys: CamKeys,
) -> Result<BTreeMap<String, ClassPictures>, DataError> {
    let mut maps = BTreeMap::new();
    for path in entries(folder)? {
        if path.is_dir() {
            let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for picture in entries(&path)? {
                if let Some(class) = stem(&picture).and_then(|number| class(number, keys)) {
                    add(&mut maps, &id, class, picture)?;
                }
            }
        } else if let Some((id, class)) = stem(&path).and_then(|stem| id_and_class(stem, keys)) {
            add(&mut maps, id, class, path.clone())?;
        }
    }
    Ok(maps)
}

/// Paths in a folder, ascending.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>())
        .map_err(|source| DataError::open(folder, source))?;
    paths.retain(|path| {
        !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    });
    paths.sort();
    Ok(paths)
}

/// The name of a PNG without its ending.
fn stem(path: &Path) -> Option<&str> {
    path.extension().filter(|ending| ending.eq_ignore_ascii_case("png"))?;
    path.file_stem()?.to_str()
}

fn id_and_class(stem: &str, keys: CamKeys) -> Option<(&str, ClassId)> {
    let (id, number) = stem.rsplit_once('_')?;
    Some((id, class(number, keys)?)).filter(|_| !id.is_empty())
}

/// The class of a number that is spelled without leading zeros.
fn class(number: &str, keys: CamKeys) -> Option<ClassId> {
    let key: u8 = number.parse().ok()?;
    let class = keys.class(key.into()).ok()?;
    class.filter(|_| key.to_string() == number)
}

fn add(
    maps: &mut BTreeMap<String, ClassPictures>,
    id: &str,
    class: ClassId,
    path: PathBuf,
) -> Result<(), DataError> {
    match maps.entry(id.to_owned()).or_default().insert(class, path.clone()) {
        None => Ok(()),
        Some(first) => Err(DataError::Content {
            path,
            found: format!("a second map of the class and image of {}", first.display()),
            expected: "one".into(),
        }),
    }
}

/// Reads the maps of an image: the largest value of the pictures' type becomes a score of 1.
///
/// # Errors
///
/// As [`read_saliency`](super::read_saliency), and [`DataError::Content`] for a picture that is not
/// grey or not as large as the first.
pub fn read_class_pictures(pictures: &ClassPictures) -> Result<ScoreMap, DataError> {
    let mut scores = Vec::new();
    let mut size = None;
    for path in pictures.values() {
        let (found, values) = read_grey(path)?;
        let expected = *size.get_or_insert(found);
        if found != expected {
            return Err(DataError::Content {
                path: path.into(),
                found: format!("a map of {found} pixels"),
                expected: format!("{expected}, as of the first class"),
            });
        }
        scores.extend(values);
    }
    let size = size.unwrap_or(Size::new(0, 0));
    Ok(ScoreMap::new(size, pictures.keys().copied().collect(), scores))
}

fn read_grey(path: &Path) -> Result<(Size, Vec<f32>), DataError> {
    let picture = read_picture(path)?;
    let size = Size::new(picture.width() as usize, picture.height() as usize);
    let scores = match picture {
        DynamicImage::ImageLuma8(grey) => {
            grey.into_raw().into_iter().map(|value| f32::from(value) / 255.0).collect()
        }
        DynamicImage::ImageLuma16(grey) => {
            grey.into_raw().into_iter().map(|value| f32::from(value) / 65535.0).collect()
        }
        _ => {
            return Err(DataError::Content {
                path: path.into(),
                found: "a picture in colours, or with a palette or alpha".into(),
                expected: "grey scores of 8 or 16 bits".into(),
            });
        }
    };
    Ok((size, scores))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{write_rgb_png, write_saliency};
    use crate::{RgbImage, SaliencyMap};

    const SIZE: Size = Size::new(2, 1);

    fn write(path: &Path, values: [u8; 2]) {
        write_saliency(path, &SaliencyMap::new(SIZE, values.to_vec())).unwrap();
    }

    #[test]
    fn both_ways_to_name_pictures_give_their_maps() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        write(&file("2007_000032_14.png"), [255, 51]);
        write(&file("2007_000032_0.png"), [0, 102]);
        write(&file("2007_000039/19.png"), [255, 0]);
        let others = ["2007_000032.png", "2007_000039/all.png", "a_01.png", "a_254.png", "_1.png"];
        for other in others.into_iter().chain(["._2007_000032_3.png", ".cache/4.png"]) {
            write(&file(other), [1, 1]);
        }
        fs::write(file("b_1.txt"), "").unwrap();
        let maps = class_pictures_of(folder.path(), CamKeys::FromZero).unwrap();
        assert_eq!(maps.keys().collect::<Vec<_>>(), ["2007_000032", "2007_000039"]);
        let expected = ScoreMap::new(SIZE, vec![1, 15], vec![0.0, 0.4, 1.0, 0.2]);
        assert_eq!(read_class_pictures(&maps["2007_000032"]).unwrap(), expected);
        let expected = ScoreMap::new(SIZE, vec![20], vec![1.0, 0.0]);
        assert_eq!(read_class_pictures(&maps["2007_000039"]).unwrap(), expected);
    }

    #[test]
    fn classes_counted_from_one_leave_the_background_out() {
        let folder = tempfile::tempdir().unwrap();
        for class in [0, 15, 254, 255] {
            write(&folder.path().join(format!("a_{class}.png")), [1, 1]);
        }
        let maps = class_pictures_of(folder.path(), CamKeys::FromOne).unwrap();
        assert_eq!(maps["a"].keys().collect::<Vec<_>>(), [&15, &254]);
    }

    #[test]
    fn sixteen_bits_are_all_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a_3.png");
        let grey = image::ImageBuffer::<image::Luma<u16>, _>::from_raw(2, 1, vec![65535, 1]);
        grey.unwrap().save(&path).unwrap();
        let map = read_class_pictures(&ClassPictures::from([(4, path)])).unwrap();
        assert_eq!(map, ScoreMap::new(SIZE, vec![4], vec![1.0, 1.0 / 65535.0]));
    }

    #[test]
    fn pictures_that_are_no_maps_of_one_image_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let refusal = |classes: &[(ClassId, &str)]| {
            let pictures = classes.iter().map(|&(class, name)| (class, file(name))).collect();
            let message = read_class_pictures(&pictures).unwrap_err().to_string();
            message.rsplit_once('/').unwrap().1.to_owned()
        };
        write_rgb_png(&file("a_0.png"), &RgbImage::new(2, 1)).unwrap();
        let expected = "a_0.png: a picture in colours, or with a palette or alpha, expected grey \
                        scores of 8 or 16 bits";
        assert_eq!(refusal(&[(1, "a_0.png")]), expected);
        write(&file("b_0.png"), [1, 2]);
        write_saliency(&file("b_1.png"), &SaliencyMap::new(Size::new(1, 2), vec![0; 2])).unwrap();
        let expected = "b_1.png: a map of 1×2 pixels, expected 2×1, as of the first class";
        assert_eq!(refusal(&[(1, "b_0.png"), (2, "b_1.png")]), expected);
        write(&file("c_1.png"), [0, 0]);
        write(&file("c/1.png"), [0, 0]);
        let message = class_pictures_of(folder.path(), CamKeys::FromZero).unwrap_err().to_string();
        assert!(message.contains("c_1.png: a second map of the class and image of"), "{message}");
    }
}
