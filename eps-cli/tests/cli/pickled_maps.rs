//! Class maps in the pickled dictionaries that NumPy saves, as the code of other methods writes them.

use eps_data::ScoreMap;

/// An entry of a dictionary: its key, and an array.
pub(crate) struct Named {
    key: Vec<u8>,
    shape: Vec<usize>,
    dtype: &'static str,
    values: Vec<u8>,
}

impl Named {
    /// `{class: map}` with classes counted from 0 without background.
    pub(crate) fn by_class(maps: &ScoreMap) -> Vec<Self> {
        let entry = |&class: &u8| Self {
            key: vec![b'K', class - 1],
            shape: vec![maps.size().height, maps.size().width],
            dtype: "f4",
            values: bytes(maps.of(class).expect("a class of the map")),
        };
        maps.classes().iter().map(entry).collect()
    }

    /// `keys`: the classes, counted from 0 without background.
    pub(crate) fn keys(maps: &ScoreMap) -> Self {
        let classes = maps.classes().iter();
        Self {
            key: text("keys"),
            shape: vec![maps.classes().len()],
            dtype: "i8",
            values: classes.flat_map(|&class| (i64::from(class) - 1).to_le_bytes()).collect(),
        }
    }

    /// The maps of all classes under this name.
    pub(crate) fn maps(name: &str, maps: &ScoreMap) -> Self {
        Self {
            key: text(name),
            shape: vec![maps.classes().len(), maps.size().height, maps.size().width],
            dtype: "f4",
            values: bytes(maps.scores()),
        }
    }

    /// The entry in the pickle protocol 3: `numpy.core.multiarray._reconstruct`, then the state of the array.
    fn pickle(&self) -> Vec<u8> {
        let mut pickle = self.key.clone();
        pickle.extend(
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01(",
        );
        for &side in &self.shape {
            pickle.push(b'J');
            pickle.extend((side as i32).to_le_bytes());
        }
        pickle.extend(b"tcnumpy\ndtype\n");
        pickle.extend(text(self.dtype));
        pickle.extend(b"K\x00K\x01\x87R(K\x03");
        pickle.extend(text("<"));
        pickle.extend(b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89B");
        pickle.extend((self.values.len() as u32).to_le_bytes());
        pickle.extend(&self.values);
        pickle.extend(b"tb");
        pickle
    }
}

/// What `numpy.save` writes of a dictionary.
pub(crate) fn npy(entries: &[Named]) -> Vec<u8> {
    let mut header = b"{'descr': '|O', 'fortran_order': False, 'shape': (), }".to_vec();
    header.resize(117, b' ');
    header.push(b'\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header);
    file.extend(b"\x80\x03}(");
    entries.iter().for_each(|entry| file.extend(entry.pickle()));
    file.extend(b"u.");
    file
}

fn text(text: &str) -> Vec<u8> {
    let mut pickled = vec![b'X'];
    pickled.extend((text.len() as u32).to_le_bytes());
    pickled.extend(text.as_bytes());
    pickled
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
