//! What a LabelMe file says about its image, wherever in the file it stands.

use crate::importers::json::fields::value_of;
use crate::importers::json::{Element, JsonStream, Kind};
use crate::importers::{ImportError, UploadFile};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// How much of an embedded picture is decoded to find its size.
const PICTURE_BYTES: usize = 256 << 10;

/// All but the shapes.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub image: Option<String>,
    pub size_px: Option<(u32, u32)>,
    /// What was ticked about the image, or left so.
    pub flags: Vec<(String, bool)>,
    pub n_bad_flags: usize,
}

impl Head {
    /// Walks a whole file.
    ///
    /// # Errors
    /// Broken JSON, and an object whose `shapes` is no list.
    pub fn of(file: &UploadFile, max_bytes: usize) -> Result<Self, ImportError> {
        let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
        if stream.enter()? != Kind::Object {
            return Err(ImportError::container(file.path(), "is no JSON object"));
        }
        let mut head = Self::default();
        let (mut width, mut height, mut of_picture, mut has_shapes) = (None, None, None, false);
        while let Some(key) = stream.next_key()? {
            match key.as_str() {
                "shapes" if stream.kind()? == Kind::Array => {
                    has_shapes = true;
                    stream.open_container()?;
                    for at in 0.. {
                        let place = || format!("`shapes[{at}]`");
                        if stream.next_element(place)?.is_none() {
                            break;
                        }
                    }
                }
                "imageData" => of_picture = picture_size(&stream.whole_value()?),
                "imagePath" | "imageWidth" | "imageHeight" | "flags" => {
                    let value = value_of(&stream.whole_value()?, max_bytes).unwrap_or_default();
                    match key.as_str() {
                        "imagePath" => head.image = value.as_str().and_then(named),
                        "imageWidth" => width = side(&value),
                        "imageHeight" => height = side(&value),
                        _ => head.take_flags(&value),
                    }
                }
                _ => stream.skip_value()?,
            }
        }
        stream.finish()?;
        if !has_shapes {
            let detail = "has no list of `shapes`; LabelMe writes one, if an empty one";
            return Err(ImportError::container(file.path(), detail));
        }
        head.size_px = width.zip(height).or(of_picture);
        Ok(head)
    }

    fn take_flags(&mut self, flags: &Value) {
        for (name, value) in flags.as_object().into_iter().flatten() {
            match value.as_bool() {
                Some(is_set) => self.flags.push((name.clone(), is_set)),
                None => self.n_bad_flags += 1,
            }
        }
    }
}

fn named(path: &str) -> Option<String> {
    // Annotators on Windows leave its separators behind.
    (!path.trim().is_empty()).then(|| path.replace('\\', "/"))
}

fn side(value: &Value) -> Option<u32> {
    let side = value.as_u64().and_then(|side| u32::try_from(side).ok());
    side.filter(|side| *side > 0)
}

/// The size of a picture in base64, from its beginning.
fn picture_size(element: &Element) -> Option<(u32, u32)> {
    let Element::Raw(raw) = element else {
        return None;
    };
    let text = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let n_bytes = text.len().min(PICTURE_BYTES) / 4 * 4;
    let bytes = STANDARD.decode(text.get(..n_bytes)?).ok()?;
    let size = imagesize::blob_size(&bytes).ok()?;
    let side = |side: usize| u32::try_from(side).ok().filter(|side| *side > 0);
    side(size.width).zip(side(size.height))
}
