//! XML files whose root is `<annotation>`: Pascal VOC and the LabelMe web tool share it, and only what stands in it
//! tells them apart.

use super::xml::{Node, Piece, XmlReader};
use super::{ImportError, Limits, UploadFile};

/// Which tool's file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Objects with `<bndbox>`.
    Voc,
    /// Objects with `<polygon>` of `<pt>`, or `<segm>`.
    LabelMe,
}

/// The dialect of a file with this root; `None` for any other file and for one that shows neither.
pub(super) fn dialect(file: &UploadFile, limits: &Limits) -> Option<Dialect> {
    let head = file.head_text();
    if !head.starts_with('<') || !head.contains("<annotation") {
        return None;
    }
    if !head.contains("<!DOCTYPE") {
        if let Ok(found) = by_content(file, limits) {
            return found;
        }
    } else if head.contains("<annotations") {
        return None;
    }
    // A broken file is told by its beginning, so that it is refused by the right importer.
    let has = |tag: &str| head.contains(tag);
    match (
        has("<bndbox") || has("<segmented"),
        has("<pt>") || has("<segm>") || has("<imagesize"),
    ) {
        (true, false) => Some(Dialect::Voc),
        (false, true) => Some(Dialect::LabelMe),
        _ => None,
    }
}

fn by_content(file: &UploadFile, limits: &Limits) -> Result<Option<Dialect>, ImportError> {
    let mut xml = XmlReader::open(file, limits)?;
    if !enter(&mut xml)? {
        return Ok(None);
    }
    let mut weak = None;
    while let Some(tag) = xml.next_child()? {
        let node = xml.subtree(tag)?;
        let has = |name: &str| node.all(name).next().is_some();
        match node.name() {
            "object" if has("bndbox") || has("robndbox") => return Ok(Some(Dialect::Voc)),
            "object" if has("polygon") || has("segm") => return Ok(Some(Dialect::LabelMe)),
            "imagesize" => weak = Some(Dialect::LabelMe),
            "source" if has("sourceImage") || has("sourceAnnotation") => {
                weak = Some(Dialect::LabelMe);
            }
            "segmented" => weak = Some(Dialect::Voc),
            "source" if has("database") => weak = Some(Dialect::Voc),
            "size" if has("width") => weak = Some(Dialect::Voc),
            _ => {}
        }
    }
    Ok(weak)
}

/// Enters the root; whether it is `<annotation>`.
fn enter(xml: &mut XmlReader) -> Result<bool, ImportError> {
    loop {
        match xml.next()? {
            Piece::Text(_) => {}
            Piece::Open(tag) => return Ok(tag.name == "annotation"),
            Piece::Close | Piece::End => return Ok(false),
        }
    }
}

/// A whole file: these describe one image each.
///
/// # Errors
/// XML that cannot be read to its end, or has another root.
pub(super) fn document(file: &UploadFile, limits: &Limits) -> Result<Node, ImportError> {
    let mut xml = XmlReader::open(file, limits)?;
    let root = loop {
        match xml.next()? {
            Piece::Text(_) => {}
            Piece::Open(tag) if tag.name == "annotation" => break xml.subtree(tag)?,
            _ => {
                return Err(ImportError::container(
                    file.path(),
                    "the root is not `<annotation>`",
                ));
            }
        }
    };
    loop {
        match xml.next()? {
            Piece::End => return Ok(root),
            Piece::Text(text) if text.trim().is_empty() => {}
            _ => {
                return Err(ImportError::container(
                    file.path(),
                    "goes on behind `</annotation>`",
                ));
            }
        }
    }
}

/// A finite number under a tag.
pub(super) fn number(node: &Node, name: &str) -> Result<f64, String> {
    let text = node
        .text_at(&[name])
        .ok_or_else(|| format!("`{}` has no `{name}`", node.name()))?;
    text.parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("`{name}` is no finite number"))
}

/// A side of the image in whole pixels; 0 and anything else is unknown.
pub(super) fn side(node: &Node, path: &[&str]) -> Option<u32> {
    let side = node.text_at(path)?.parse::<f64>().ok()?;
    (side >= 1.0 && side.fract() == 0.0 && side <= f64::from(u32::MAX)).then_some(side as u32)
}

/// What is wrong with one file of many, as a reason to leave it out; the only file of an upload fails it.
pub(super) fn fault_of_one(error: ImportError, n_files: usize) -> Result<String, ImportError> {
    match error {
        ImportError::Container { detail, .. } if n_files > 1 => Ok(detail),
        other => Err(other),
    }
}
