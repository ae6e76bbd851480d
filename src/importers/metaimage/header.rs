//! The lines of a MetaImage header, up to the one that says where the voxels are.

use crate::importers::UploadFile;
use crate::importers::volume_grid::{Fault, Frame, Placing, Scalar};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

const MAX_HEADER_BYTES: u64 = 1 << 20;
/// The field that ends a header.
const LAST: &str = "elementdatafile";

/// What a header says.
#[derive(Debug, Default)]
pub struct Header {
    /// By name in lower case.
    fields: BTreeMap<String, String>,
    /// Bytes up to the voxels, where they lie in the same file.
    pub n_bytes: u64,
}

impl Header {
    /// Reads up to the field `ElementDataFile`; `None` for files that are no MetaImage.
    pub fn read(file: &UploadFile) -> Result<Option<Self>, Fault> {
        let mut reader = file.open()?.take(MAX_HEADER_BYTES);
        let mut header = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            let n = reader
                .read_until(b'\n', &mut line)
                .map_err(|source| crate::importers::ImportError::io(file.path(), source))?;
            header.n_bytes += n as u64;
            if n == 0 {
                return Ok(None);
            }
            let text = String::from_utf8_lossy(&line);
            let Some((name, value)) = text.split_once('=') else {
                if text.trim().is_empty() {
                    continue;
                }
                return Ok(None);
            };
            let name = name.trim().to_ascii_lowercase();
            let is_last = name == LAST;
            header
                .fields
                .entry(name)
                .or_insert_with(|| value.trim().to_owned());
            if is_last {
                return Ok(header.is_image().then_some(header));
            }
        }
    }

    /// Other objects of MetaIO (scenes, tubes, meshes) have no voxels.
    fn is_image(&self) -> bool {
        let has = |name| self.fields.contains_key(name);
        let kind = self.field(&["objecttype"]);
        has("ndims") && has("dimsize") && kind.is_none_or(|kind| kind.eq_ignore_ascii_case("image"))
    }

    /// A field under the first of its names that is there.
    fn field(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.fields.get(*name))
            .map(String::as_str)
    }

    fn is_true(&self, names: &[&str], otherwise: bool) -> bool {
        self.field(names).map_or(otherwise, |text| {
            text.starts_with(['T', 't', 'Y', 'y', '1'])
        })
    }

    fn numbers(&self, names: &[&str], n: usize) -> Result<Option<Vec<f64>>, Fault> {
        let Some(text) = self.field(names) else {
            return Ok(None);
        };
        let numbers: Option<Vec<f64>> = text
            .split_whitespace()
            .map(|number| number.parse().ok().filter(|n: &f64| n.is_finite()))
            .collect();
        numbers
            .filter(|numbers| numbers.len() == n)
            .map(Some)
            .ok_or_else(|| Fault::invalid(format!("its field `{}` is not {n} numbers", names[0])))
    }

    /// Where the voxels are, as written.
    pub fn data_file(&self) -> &str {
        self.field(&[LAST]).unwrap_or_default()
    }

    pub fn is_text(&self) -> bool {
        !self.is_true(&["binarydata"], true)
    }

    pub fn is_compressed(&self) -> bool {
        self.is_true(&["compresseddata"], false)
    }

    pub fn is_big_endian(&self) -> bool {
        self.is_true(&["binarydatabyteordermsb", "elementbyteordermsb"], false)
    }

    /// Bytes before the voxels in a file of their own; -1: as many as are too many.
    pub fn header_size(&self) -> Result<i64, Fault> {
        self.field(&["headersize"]).map_or(Ok(0), |text| {
            text.parse().ok().filter(|n| *n >= -1).ok_or_else(|| {
                Fault::invalid("its field `HeaderSize` is no whole number from -1 on")
            })
        })
    }

    /// Voxels along x, y, z, and how many axes there are.
    pub fn size(&self) -> Result<([u32; 3], usize), Fault> {
        let n_axes: usize = self
            .field(&["ndims"])
            .and_then(|text| text.parse().ok())
            .filter(|n| (1..=10).contains(n))
            .ok_or_else(|| Fault::invalid("its field `NDims` is not 1 to 10"))?;
        let sizes: Option<Vec<u32>> = self
            .field(&["dimsize"])
            .unwrap_or_default()
            .split_whitespace()
            .map(|size| size.parse().ok().filter(|n| *n > 0))
            .collect();
        let sizes = sizes.filter(|sizes| sizes.len() == n_axes).ok_or_else(|| {
            Fault::invalid(format!(
                "its field `DimSize` is not {n_axes} whole numbers above 0"
            ))
        })?;
        let mut size = [1; 3];
        for (axis, &n) in sizes.iter().enumerate() {
            match size.get_mut(axis) {
                Some(slot) => *slot = n,
                None if n > 1 => {
                    return Err(Fault::unsupported(format!(
                        "has {n} volumes along axis {axis} (times or channels); save one label map a file"
                    )));
                }
                None => {}
            }
        }
        if n_axes < 2 {
            return Err(Fault::unsupported("has 1 axis; 2 or 3 are read"));
        }
        Ok((size, n_axes))
    }

    pub fn scalar(&self) -> Result<Scalar, Fault> {
        if self
            .field(&["elementnumberofchannels"])
            .is_some_and(|text| text != "1")
        {
            return Err(Fault::unsupported(
                "has several values a voxel (colours or directions), which are no labels",
            ));
        }
        let name = self.field(&["elementtype"]).unwrap_or_default();
        Ok(match name.to_ascii_uppercase().as_str() {
            "MET_CHAR" => Scalar::I8,
            "MET_UCHAR" => Scalar::U8,
            "MET_SHORT" => Scalar::I16,
            "MET_USHORT" => Scalar::U16,
            "MET_INT" | "MET_LONG" => Scalar::I32,
            "MET_UINT" | "MET_ULONG" => Scalar::U32,
            "MET_LONG_LONG" => Scalar::I64,
            "MET_ULONG_LONG" => Scalar::U64,
            "MET_FLOAT" => Scalar::F32,
            "MET_DOUBLE" => Scalar::F64,
            _ => {
                return Err(Fault::unsupported(
                    "its field `ElementType` names no kind of number that is read",
                ));
            }
        })
    }

    /// Where the voxels lie. Without an offset the place is not stated; without directions the axes run along L, P, S.
    pub fn frame(&self) -> Result<Frame, Fault> {
        let (size, n_axes) = self.size()?;
        let unit_mm = match self
            .field(&["distanceunits"])
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            None | Some("mm" | "?" | "") => 1.0,
            Some("cm") => 10.0,
            Some("um") => 0.001,
            Some(_) => {
                return Err(Fault::unsupported(
                    "its field `DistanceUnits` is none of mm, cm, um",
                ));
            }
        };
        let spacing = self.numbers(&["elementspacing", "elementsize"], n_axes)?;
        let spacing = spacing.map(|all| all.iter().map(|mm| mm * unit_mm).collect::<Vec<f64>>());
        if spacing.iter().flatten().any(|mm| *mm <= 0.0) {
            return Err(Fault::invalid(
                "its field `ElementSpacing` is not above 0 along every axis",
            ));
        }
        if n_axes < 3 {
            let spacing_xy_mm = spacing.map(|all| [all[0], all[1]]);
            return Ok(Frame::Plane { spacing_xy_mm });
        }
        let spacing_xyz_mm = spacing.map(|all| [all[0], all[1], all[2]]);
        let offset = self.numbers(&["offset", "position", "origin"], n_axes)?;
        let directions = self.numbers(
            &["transformmatrix", "rotation", "orientation"],
            n_axes * n_axes,
        )?;
        let (Some(offset), Some(spacing)) = (offset, spacing_xyz_mm) else {
            return Ok(Frame::Stack { spacing_xyz_mm });
        };
        let mut steps = [[0.0; 3]; 3];
        for (axis, step) in steps.iter_mut().enumerate() {
            for (row, mm) in step.iter_mut().enumerate() {
                // The direction of the first axis first.
                let share = directions.as_ref().map_or_else(
                    || f64::from(u8::from(axis == row)),
                    |all| all[axis * n_axes + row],
                );
                *mm = share * spacing[axis];
            }
        }
        let first = [0, 1, 2].map(|at| offset[at] * unit_mm);
        Placing::of(size, steps, first)
            .map(Frame::Placed)
            .map_err(Fault::unsupported)
    }
}
