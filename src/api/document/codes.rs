//! The codes of problem documents, which programs may rely on.

/// Every problem code with its status and an example of what it says.
pub const PROBLEMS: &[(u16, &str, &str)] = &[
    (
        400,
        "request.parameter",
        "parameter `group_by`: `shoe` is not one of stage, rater, label, technique, study, site, week",
    ),
    (
        400,
        "request.malformed",
        "failed to parse path `import`: expected an integer",
    ),
    (
        400,
        "import.option",
        "option `spacing_mm`: `1` is not two or three positive numbers, such as 2.5,0.7,0.7 (z,y,x)",
    ),
    (
        400,
        "import.no_such_format",
        "there is no importer `xml`; `concord formats` lists them",
    ),
    (
        403,
        "request.cross_site",
        "a page of another site may not write here",
    ),
    (
        404,
        "project.not_found",
        "there is no project `chest`; `concord import` or POST /api/v1/projects makes one",
    ),
    (404, "import.not_found", "there is no import `7`"),
    (
        404,
        "annotator.not_found",
        "there is no annotator `of this name`",
    ),
    (404, "study.not_found", "there is no study `of this key`"),
    (404, "policy.not_found", "there is no policy `strict`"),
    (
        404,
        "gate_evaluation.not_found",
        "there is no gate evaluation `7`",
    ),
    (
        406,
        "request.not_acceptable",
        "`Accept` fits no form of this answer; it comes as application/json, text/csv",
    ),
    (
        409,
        "project.exists",
        "a project named `chest` exists already; choose another name",
    ),
    (
        412,
        "request.precondition",
        "`If-Match` names another version than the one in force; read it again",
    ),
    (
        413,
        "import.too_large",
        "the upload is larger than 1073741824 bytes; send it in parts or raise --max-upload-bytes",
    ),
    (
        413,
        "request.too_large",
        "the body is larger than 1048576 bytes",
    ),
    (
        415,
        "request.media_type",
        "the body has another content type than this operation takes; see /docs",
    ),
    (
        422,
        "import.unknown_format",
        "no known format fits this upload; `rejected` says why for each",
    ),
    (
        422,
        "import.tied_formats",
        "this upload fits coco and label_studio equally well; name one with the parameter `format`",
    ),
    (
        422,
        "import.not_this_format",
        "`coco` was asked for, but no file is a JSON object with `images` and `annotations`",
    ),
    (
        422,
        "import.broken_container",
        "`export.zip`: the zip archive is broken; export it again",
    ),
    (
        422,
        "import.limit",
        "`export.zip`: the archive unpacks to far more than it holds",
    ),
    (
        422,
        "import.missing_annotator",
        "the export does not say who annotated; name the rater with the parameter `annotator`",
    ),
    (
        422,
        "config.invalid",
        "protocol line 7, `confidence`: `1.5` is not a share between 0 and 1",
    ),
    (
        422,
        "request.impossible_value",
        "`2100` categories were found; at most 2048 are possible",
    ),
    (
        500,
        "internal",
        "something went wrong inside; the log names the cause under this request id",
    ),
];
