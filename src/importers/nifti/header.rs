//! The header of NIfTI-1 and NIfTI-2, in either byte order.

use crate::importers::volume_grid::{Fault, Scalar, Scaling};

/// Bytes of the longer header.
pub const MAX_HEADER_BYTES: usize = 540;
const NIFTI_1_BYTES: i32 = 348;
const NIFTI_2_BYTES: i32 = 540;
/// NIFTI_INTENT_LABEL.
const LABEL_INTENT: i32 = 1002;
/// Codes of statistics and estimates, from correlation to log10 of p values, and NIFTI_INTENT_ESTIMATE.
const STATISTICS: std::ops::RangeInclusive<i32> = 2..=24;
const ESTIMATE: i32 = 1001;

/// Where the voxels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// Behind the header, at this byte.
    Here(u64),
    /// In the `.img` file beside, at this byte.
    Beside(u64),
}

/// What a header says, as far as label maps need it.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    pub is_big_endian: bool,
    pub size: [u32; 3],
    /// Axes that hold more than one voxel are at most this many.
    pub n_axes: usize,
    pub scalar: Scalar,
    pub scaling: Option<Scaling>,
    pub data: Data,
    /// The intent code says that values are labels.
    pub is_label: bool,
    /// Millimetres of one unit of length.
    pub unit_mm: f64,
    pub pixdim: [f64; 8],
    pub qform: Option<Qform>,
    /// Rows for x, y, z in RAS.
    pub sform: Option<[[f64; 4]; 3]>,
}

/// A rotation as a quaternion's b, c, d, and where the first voxel lies, in RAS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Qform {
    pub bcd: [f64; 3],
    pub offset: [f64; 3],
}

/// Which version and byte order the bytes are in; `None` for other files. ANALYZE 7.5, which states no version, is none.
pub fn version(bytes: &[u8]) -> Option<(u8, bool)> {
    let first: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    for (is_big_endian, length) in [
        (false, i32::from_le_bytes(first)),
        (true, i32::from_be_bytes(first)),
    ] {
        match length {
            NIFTI_1_BYTES if matches!(bytes.get(344..348)?, b"n+1\0" | b"ni1\0") => {
                return Some((1, is_big_endian));
            }
            NIFTI_2_BYTES if matches!(bytes.get(4..8)?, b"n+2\0" | b"ni2\0") => {
                return Some((2, is_big_endian));
            }
            _ => {}
        }
    }
    None
}

impl Header {
    /// Parses the first bytes of a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let (version, is_big_endian) =
            version(bytes).ok_or_else(|| Fault::invalid("is no NIfTI header"))?;
        let own = if version == 1 { 348 } else { 540 };
        if bytes.len() < own {
            return Err(Fault::invalid("ends within its header; it was cut short"));
        }
        let fields = Fields {
            bytes,
            is_big_endian,
        };
        if version == 1 {
            fields.nifti_1()
        } else {
            fields.nifti_2()
        }
    }
}

struct Fields<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

macro_rules! number {
    ($name:ident, $kind:ty) => {
        fn $name(&self, at: usize) -> $kind {
            const N: usize = size_of::<$kind>();
            let mut own = [0; N];
            if let Some(bytes) = self.bytes.get(at..at + N) {
                own.copy_from_slice(bytes);
            }
            if self.is_big_endian {
                <$kind>::from_be_bytes(own)
            } else {
                <$kind>::from_le_bytes(own)
            }
        }
    };
}

/// What the two versions hold at different places.
struct Found {
    dim: [i64; 8],
    datatype: i16,
    intent: i32,
    units: i32,
    offset: f64,
    pixdim: [f64; 8],
    scaling: [f64; 2],
    codes: [i32; 2],
    quaternion: [f64; 6],
    rows: [f64; 12],
}

impl Fields<'_> {
    number!(i16, i16);
    number!(i32, i32);
    number!(i64, i64);
    number!(f32, f32);
    number!(f64, f64);

    /// The shortest decimal that gives these 32 bits: what was written as 0.7 is read as 0.7.
    fn decimal(&self, at: usize) -> f64 {
        let stored = self.f32(at);
        stored
            .to_string()
            .parse()
            .unwrap_or_else(|_| f64::from(stored))
    }

    fn nifti_1(&self) -> Result<Header, Fault> {
        let decimals = |at: usize| move |i: usize| self.decimal(at + 4 * i);
        self.header(Found {
            dim: std::array::from_fn(|i| i64::from(self.i16(40 + 2 * i))),
            datatype: self.i16(70),
            intent: i32::from(self.i16(68)),
            units: i32::from(self.bytes.get(123).copied().unwrap_or(0)),
            offset: self.decimal(108),
            pixdim: std::array::from_fn(decimals(76)),
            scaling: std::array::from_fn(decimals(112)),
            codes: [i32::from(self.i16(252)), i32::from(self.i16(254))],
            quaternion: std::array::from_fn(decimals(256)),
            rows: std::array::from_fn(decimals(280)),
        })
    }

    fn nifti_2(&self) -> Result<Header, Fault> {
        let doubles = |at: usize| move |i: usize| self.f64(at + 8 * i);
        self.header(Found {
            dim: std::array::from_fn(|i| self.i64(16 + 8 * i)),
            datatype: self.i16(12),
            intent: self.i32(504),
            units: self.i32(500),
            offset: self.i64(168) as f64,
            pixdim: std::array::from_fn(doubles(104)),
            scaling: std::array::from_fn(doubles(176)),
            codes: [self.i32(344), self.i32(348)],
            quaternion: std::array::from_fn(doubles(352)),
            rows: std::array::from_fn(doubles(400)),
        })
    }

    fn header(&self, found: Found) -> Result<Header, Fault> {
        if STATISTICS.contains(&found.intent) || found.intent == ESTIMATE {
            return Err(Fault::picture(format!(
                "its intent code {} says that it holds statistics, and no labels",
                found.intent
            )));
        }
        let (size, n_axes) = size(&found.dim)?;
        Ok(Header {
            is_big_endian: self.is_big_endian,
            size,
            n_axes,
            scalar: scalar(found.datatype)?,
            scaling: scaling(found.scaling)?,
            data: self.data(found.offset)?,
            is_label: found.intent == LABEL_INTENT,
            unit_mm: match found.units & 7 {
                1 => 1000.0,
                3 => 0.001,
                _ => 1.0,
            },
            pixdim: found.pixdim,
            qform: (found.codes[0] > 0).then_some(Qform {
                bcd: [0, 1, 2].map(|i| found.quaternion[i]),
                offset: [3, 4, 5].map(|i| found.quaternion[i]),
            }),
            sform: (found.codes[1] > 0).then(|| {
                [0, 4, 8].map(|row| std::array::from_fn(|column| found.rows[row + column]))
            }),
        })
    }

    fn data(&self, offset: f64) -> Result<Data, Fault> {
        let (own, is_beside) = match self.bytes.get(..348) {
            Some(bytes) if bytes[344..347] == *b"n+1" => (352.0, false),
            Some(bytes) if bytes[344..347] == *b"ni1" => (0.0, true),
            Some(bytes) => (544.0, bytes[4..7] == *b"ni2"),
            None => (0.0, false),
        };
        if !offset.is_finite() || offset.fract() != 0.0 || !(0.0..1e15).contains(&offset) {
            return Err(Fault::invalid("its vox_offset is no whole number of bytes"));
        }
        if is_beside {
            return Ok(Data::Beside(offset as u64));
        }
        // Some writers leave it at 0 and begin where they must.
        let start = if offset == 0.0 { own } else { offset };
        if start < own {
            return Err(Fault::invalid(format!(
                "its vox_offset {offset} lies within the header"
            )));
        }
        Ok(Data::Here(start as u64))
    }
}

/// Voxels along x, y and z; further axes may have one voxel only.
fn size(dim: &[i64; 8]) -> Result<([u32; 3], usize), Fault> {
    let n_axes = dim[0];
    if !(1..=7).contains(&n_axes) {
        return Err(Fault::invalid(format!(
            "has {n_axes} axes in dim[0]; 1 to 7 are possible"
        )));
    }
    let n_axes = n_axes as usize;
    let mut size = [1_u32; 3];
    for (axis, &n) in dim.iter().enumerate().take(n_axes + 1).skip(1) {
        let n_voxels = u32::try_from(n)
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| Fault::invalid(format!("has {n} voxels along axis {axis}")))?;
        if axis <= 3 {
            size[axis - 1] = n_voxels;
        } else if n_voxels > 1 {
            return Err(Fault::unsupported(format!(
                "has {n_voxels} volumes along axis {axis} (times, channels or directions); save one label map a file"
            )));
        }
    }
    Ok((size, n_axes.min(3)))
}

fn scalar(datatype: i16) -> Result<Scalar, Fault> {
    Ok(match datatype {
        2 => Scalar::U8,
        4 => Scalar::I16,
        8 => Scalar::I32,
        16 => Scalar::F32,
        64 => Scalar::F64,
        256 => Scalar::I8,
        512 => Scalar::U16,
        768 => Scalar::U32,
        1024 => Scalar::I64,
        1280 => Scalar::U64,
        _ => {
            return Err(Fault::unsupported(format!(
                "its data type {datatype} (bits, complex, colour or 128-bit numbers) holds no labels that are read; save it as integers"
            )));
        }
    })
}

/// A slope of 0 or no number means that values are as stored.
fn scaling([slope, intercept]: [f64; 2]) -> Result<Option<Scaling>, Fault> {
    if slope == 0.0 || !slope.is_finite() || (slope, intercept) == (1.0, 0.0) {
        return Ok(None);
    }
    if !intercept.is_finite() {
        return Err(Fault::invalid("its scl_inter is no number"));
    }
    Ok(Some(Scaling { slope, intercept }))
}
