#![no_main]

concord_fuzz::target!("nifti", "export.nii.gz");
