//! Stored numbers, one after the other, whatever type and byte order they have.

use std::io::{ErrorKind, Read};

/// Numbers that are read at once at most.
pub const MAX_AT_ONCE: usize = 1 << 16;

/// The type of a stored number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Scalar {
    pub fn n_bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Decodes numbers that follow each other; whole numbers beyond 2⁵³ come out rounded, which no label reaches.
    fn decode(self, bytes: &[u8], is_big_endian: bool, row: &mut [f64]) {
        macro_rules! decode {
            ($kind:ty) => {{
                const N: usize = size_of::<$kind>();
                for (value, bytes) in row.iter_mut().zip(bytes.chunks_exact(N)) {
                    let mut own = [0; N];
                    own.copy_from_slice(bytes);
                    let number = if is_big_endian {
                        <$kind>::from_be_bytes(own)
                    } else {
                        <$kind>::from_le_bytes(own)
                    };
                    *value = number as f64;
                }
            }};
        }
        match self {
            Self::I8 => decode!(i8),
            Self::U8 => decode!(u8),
            Self::I16 => decode!(i16),
            Self::U16 => decode!(u16),
            Self::I32 => decode!(i32),
            Self::U32 => decode!(u32),
            Self::I64 => decode!(i64),
            Self::U64 => decode!(u64),
            Self::F32 => decode!(f32),
            Self::F64 => decode!(f64),
        }
    }
}

/// What a stored number stands for: `slope` × number + `intercept`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    pub slope: f64,
    pub intercept: f64,
}

/// Why numbers end before all are read.
#[derive(Debug, thiserror::Error)]
pub enum SampleFault {
    #[error("its voxels end too early; it was cut short")]
    CutShort,
    #[error("its voxels do not unpack ({0}); export it again")]
    Packing(std::io::Error),
    #[error("holds something else than numbers of up to {0} signs among its voxels")]
    NoNumber(usize),
}

impl From<std::io::Error> for SampleFault {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::CutShort,
            _ => Self::Packing(error),
        }
    }
}

/// Gives stored numbers in their order.
pub trait Samples {
    /// Fills all of `row`, which holds at most `MAX_AT_ONCE`.
    fn read(&mut self, row: &mut [f64]) -> Result<(), SampleFault>;
}

/// Numbers as they lie in memory.
pub struct Raw<R> {
    reader: R,
    scalar: Scalar,
    is_big_endian: bool,
    scaling: Option<Scaling>,
    bytes: Vec<u8>,
}

impl<R: Read> Raw<R> {
    pub fn new(reader: R, scalar: Scalar, is_big_endian: bool, scaling: Option<Scaling>) -> Self {
        Self {
            reader,
            scalar,
            is_big_endian,
            scaling,
            bytes: Vec::new(),
        }
    }
}

impl<R: Read> Samples for Raw<R> {
    fn read(&mut self, row: &mut [f64]) -> Result<(), SampleFault> {
        self.bytes.resize(row.len() * self.scalar.n_bytes(), 0);
        self.reader.read_exact(&mut self.bytes)?;
        self.scalar.decode(&self.bytes, self.is_big_endian, row);
        if let Some(Scaling { slope, intercept }) = self.scaling {
            for value in row {
                *value = *value * slope + intercept;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Raw, SampleFault, Samples, Scalar, Scaling};

    #[test]
    fn both_byte_orders_and_the_scaling_are_heeded() {
        let bytes = [0x01, 0x00, 0xFF, 0xFE];
        let read = |scalar, is_big, scaling| {
            let mut row = [0.0; 2];
            Raw::new(&bytes[..], scalar, is_big, scaling)
                .read(&mut row)
                .expect("two numbers");
            row
        };
        assert_eq!(read(Scalar::U16, true, None), [256.0, 65_534.0]);
        assert_eq!(read(Scalar::I16, false, None), [1.0, -257.0]);
        let scaling = Scaling {
            slope: 0.5,
            intercept: 1.0,
        };
        assert_eq!(read(Scalar::U16, true, Some(scaling)), [129.0, 32_768.0]);
        assert!(matches!(
            Raw::new(&bytes[..3], Scalar::U16, true, None).read(&mut [0.0; 2]),
            Err(SampleFault::CutShort)
        ));
    }
}
