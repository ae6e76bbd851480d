//! What an item is called after: the name of its image.

/// File extensions that are no part of an item's name.
const IMAGE_EXTENSIONS: &[&str] = &[
    ".nii.gz",
    ".hdr.gz",
    ".img.gz",
    ".seg.nrrd",
    ".seg.nhdr",
    ".ome.tiff",
    ".ome.tif",
    ".png",
    ".jpg",
    ".jpeg",
    ".tif",
    ".tiff",
    ".bmp",
    ".dcm",
    ".nii",
    ".hdr",
    ".img",
    ".nrrd",
    ".nhdr",
    ".mha",
    ".mhd",
    ".svs",
    ".ndpi",
    ".mrxs",
    ".webp",
    ".gif",
];

/// The name without folders.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The item key that an image's file name gives by default: no folders, no image extension.
pub fn item_key_of(image: &str) -> String {
    let name = base_name(image);
    let lower = name.to_ascii_lowercase();
    let extension = IMAGE_EXTENSIONS
        .iter()
        .find(|extension| lower.len() > extension.len() && lower.ends_with(*extension));
    match extension {
        Some(extension) => name[..name.len() - extension.len()].to_owned(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::item_key_of;

    #[test]
    fn an_image_extension_is_no_part_of_the_key_but_a_dot_in_a_name_is() {
        assert_eq!(item_key_of("C:\\data\\case 1.5.png"), "case 1.5");
        assert_eq!(item_key_of("ct/abc.nii.gz"), "abc");
        assert_eq!(item_key_of("ct/abc.seg.nrrd"), "abc");
        assert_eq!(item_key_of("ct/abc_seg.HDR"), "abc_seg");
        assert_eq!(item_key_of("case 1.5"), "case 1.5");
        assert_eq!(item_key_of(".png"), ".png");
    }
}
