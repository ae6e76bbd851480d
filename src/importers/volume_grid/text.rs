//! Numbers written as text.

use super::samples::{SampleFault, Samples, Scalar};
use std::io::{BufRead, BufReader, Read};

/// Signs of the longest number that is read as text.
const MAX_DIGITS: usize = 64;

/// Numbers as text.
pub struct Text<R> {
    reader: BufReader<R>,
    word: Vec<u8>,
    is_float: bool,
}

impl<R: Read> Text<R> {
    pub fn new(reader: R, scalar: Scalar) -> Self {
        Self {
            reader: BufReader::new(reader),
            word: Vec::with_capacity(MAX_DIGITS),
            is_float: matches!(scalar, Scalar::F32 | Scalar::F64),
        }
    }

    fn next_number(&mut self) -> Result<f64, SampleFault> {
        self.word.clear();
        loop {
            let buffer = self.reader.fill_buf()?;
            let Some(&byte) = buffer.first() else {
                break;
            };
            self.reader.consume(1);
            let parts = byte.is_ascii_whitespace() || byte == b',';
            match (parts, self.word.is_empty()) {
                (true, true) => {}
                (true, false) => break,
                (false, _) if self.word.len() == MAX_DIGITS => {
                    return Err(SampleFault::NoNumber(MAX_DIGITS));
                }
                (false, _) => self.word.push(byte),
            }
        }
        if self.word.is_empty() {
            return Err(SampleFault::CutShort);
        }
        let text = std::str::from_utf8(&self.word).ok();
        let number = if self.is_float {
            text.and_then(|text| text.parse::<f64>().ok())
        } else {
            text.and_then(|text| text.parse::<i64>().ok())
                .map(|whole| whole as f64)
        };
        number.ok_or(SampleFault::NoNumber(MAX_DIGITS))
    }
}

impl<R: Read> Samples for Text<R> {
    fn read(&mut self, row: &mut [f64]) -> Result<(), SampleFault> {
        for value in row {
            *value = self.next_number()?;
        }
        Ok(())
    }
}
