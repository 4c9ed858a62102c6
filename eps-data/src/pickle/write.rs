//! Rows of numbers as NumPy pickles them.

use std::collections::HashMap;

/// Entries between two marks of a dictionary.
const BATCH: usize = 1000;

/// A 0-dimensional array that holds a dictionary of texts and float32 rows, pickled with protocol 3.
///
/// The bytes are those that `numpy.save` of NumPy 1.26 writes after its header for the same
/// dictionary, which every NumPy from 1.10 on reads.
pub fn dictionary<'a>(rows: impl IntoIterator<Item = (&'a str, Vec<f32>)>) -> Vec<u8> {
    let mut writer = Writer::default();
    // _reconstruct(ndarray, (0,), b'b'), then its state: version 1, shape (), dtype, row by row, values.
    writer.bytes(&[0x80, 3]);
    writer.array_of_nothing();
    writer.bytes(b"(K\x01)");
    writer.dtype("O8", "|", 63);
    writer.bytes(&[0x89, b']']);
    writer.keep();
    writer.rows(rows);
    writer.bytes(b"at");
    writer.keep();
    writer.bytes(b"b.");
    writer.bytes
}

/// Operations that were written, and what later ones can refer to.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    kept: u32,
    /// Where objects that come again were kept.
    places: HashMap<&'static str, u32>,
}

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Keeps the object on top; the number is its place.
    fn keep(&mut self) -> u32 {
        let place = self.kept;
        match u8::try_from(place) {
            Ok(place) => self.bytes(&[b'q', place]),
            Err(_) => {
                self.bytes(b"r");
                self.bytes(&place.to_le_bytes());
            }
        }
        self.kept += 1;
        place
    }

    /// Writes an object the first time and refers to it afterwards.
    fn once(&mut self, name: &'static str, write: impl FnOnce(&mut Self)) {
        match self.places.get(name).copied() {
            Some(place) => match u8::try_from(place) {
                Ok(place) => self.bytes(&[b'h', place]),
                Err(_) => {
                    self.bytes(b"j");
                    self.bytes(&place.to_le_bytes());
                }
            },
            None => {
                write(self);
                let place = self.kept - 1;
                self.places.insert(name, place);
            }
        }
    }

    fn global(&mut self, name: &'static str) {
        self.once(name, |writer| {
            writer.bytes(b"c");
            writer.bytes(name.as_bytes());
            writer.bytes(b"\n");
            writer.keep();
        });
    }

    fn text(&mut self, text: &str) {
        self.bytes(b"X");
        self.bytes(&(text.len() as u32).to_le_bytes());
        self.bytes(text.as_bytes());
        self.keep();
    }

    /// The array that a state is then given to.
    fn array_of_nothing(&mut self) {
        self.global("numpy.core.multiarray\n_reconstruct");
        self.global("numpy\nndarray");
        self.bytes(b"K\x00\x85");
        self.keep();
        self.once("b'b'", |writer| {
            writer.bytes(b"C\x01b");
            writer.keep();
        });
        self.bytes(b"\x87");
        self.keep();
        self.bytes(b"R");
        self.keep();
    }

    fn dtype(&mut self, name: &'static str, order: &str, flags: u8) {
        self.once(name, |writer| {
            writer.global("numpy\ndtype");
            writer.text(name);
            writer.bytes(b"\x89\x88\x87");
            writer.keep();
            writer.bytes(b"R");
            let place = writer.keep();
            writer.bytes(b"(K\x03");
            writer.text(order);
            writer.bytes(b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK");
            writer.bytes(&[flags, b't']);
            writer.keep();
            writer.bytes(b"b");
            writer.places.insert("dtype", place);
        });
        // What is kept last is the type's state, not the type.
        if let Some(place) = self.places.remove("dtype") {
            self.places.insert(name, place);
        }
    }

    fn rows<'a>(&mut self, rows: impl IntoIterator<Item = (&'a str, Vec<f32>)>) {
        self.bytes(b"}");
        self.keep();
        let mut rows = rows.into_iter().peekable();
        let Some(first) = rows.next() else { return };
        // CPython saves the mark around a single entry.
        if rows.peek().is_none() {
            self.row(first);
            self.bytes(b"s");
            return;
        }
        let mut next = Some(first);
        loop {
            self.bytes(b"(");
            let mut count = 0;
            while let Some(row) = next.take() {
                self.row(row);
                count += 1;
                next = rows.next();
                // A full batch is followed by another, be it empty, as CPython's pickler in C does.
                if count == BATCH {
                    break;
                }
            }
            self.bytes(b"u");
            if count < BATCH {
                return;
            }
        }
    }

    fn row(&mut self, (id, values): (&str, Vec<f32>)) {
        self.text(id);
        self.array_of_nothing();
        self.bytes(b"(K\x01");
        self.integer(values.len());
        self.bytes(b"\x85");
        self.keep();
        self.dtype("f4", "<", 0);
        self.bytes(b"\x89");
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        match u8::try_from(bytes.len()) {
            Ok(length) => self.bytes(&[b'C', length]),
            Err(_) => {
                self.bytes(b"B");
                self.bytes(&(bytes.len() as u32).to_le_bytes());
            }
        }
        self.bytes(&bytes);
        self.keep();
        self.bytes(b"t");
        self.keep();
        self.bytes(b"b");
    }

    fn integer(&mut self, value: usize) {
        match (u8::try_from(value), u16::try_from(value)) {
            (Ok(value), _) => self.bytes(&[b'K', value]),
            (_, Ok(value)) => {
                self.bytes(b"M");
                self.bytes(&value.to_le_bytes());
            }
            _ => {
                self.bytes(b"J");
                self.bytes(&(value as i32).to_le_bytes());
            }
        }
    }
}
