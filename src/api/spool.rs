//! Bodies on their way in: uploads are streamed to disk under a limit, everything else is small.

use super::{ApiError, ApiState};
use poem::web::Multipart;
use poem::{Body, Endpoint, FromRequest, Middleware, Request, RequestBody, Result};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use std::path::Path;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// Bodies of anything but uploads: protocols, policies, decisions.
pub const MAX_SMALL_BODY_BYTES: usize = 1 << 20;
const CHUNK_BYTES: usize = 256 << 10;
/// What is read and thrown away of an upload that is too large, so that its sender hears the answer.
const MAX_DRAINED_BYTES: u64 = 64 << 20;

/// An upload as it arrives: the raw bytes, or a form whose part `file` holds them.
pub enum UploadBody {
    Raw(Body),
    Form(Multipart),
}

impl<'a> ApiExtractor<'a> for UploadBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let binary = || MetaSchema {
            format: Some("binary"),
            ..MetaSchema::new("string")
        };
        let form = MetaSchema {
            required: vec!["file"],
            properties: vec![("file", MetaSchemaRef::Inline(Box::new(binary())))],
            ..MetaSchema::new("object")
        };
        let media = |content_type, schema| MetaMediaType {
            content_type,
            schema: MetaSchemaRef::Inline(Box::new(schema)),
        };
        Some(MetaRequest {
            description: Some("The export: a file, or a zip, tar or tar.gz of files."),
            content: vec![
                media("application/octet-stream", binary()),
                media("multipart/form-data", form),
            ],
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let is_form = request.content_type().is_some_and(|kind| {
            kind.trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        });
        if is_form {
            Ok(Self::Form(
                <Multipart as FromRequest>::from_request(request, body).await?,
            ))
        } else {
            // Whatever a client calls its bytes, detection looks at the bytes.
            Ok(Self::Raw(body.take()?))
        }
    }
}

/// A protocol or policy, whatever content type it is sent with. Empty where there is no body.
pub struct TomlBody(pub String);

impl<'a> ApiExtractor<'a> for TomlBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: "application/toml",
                schema: String::schema_ref(),
            }],
            required: false,
        })
    }

    async fn from_request(
        _: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let bytes = body.take()?.into_vec().await?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self(text)),
            Err(_) => Err(ApiError::malformed("the body is not UTF-8 text").into()),
        }
    }
}

/// An upload on disk; the file goes when this value does.
pub struct Spooled {
    file: NamedTempFile,
    /// The name that the form's part gives.
    pub part_name: Option<String>,
}

impl Spooled {
    /// Where the bytes lie.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Streams an upload to disk.
///
/// # Errors
/// 400 for a form without a part `file` or a broken stream, 413 beyond the limit.
pub async fn spool(state: &ApiState, body: UploadBody) -> Result<Spooled, ApiError> {
    match body {
        UploadBody::Raw(body) => to_disk(state, body.into_async_read(), None).await,
        UploadBody::Form(mut form) => loop {
            let part = form
                .next_field()
                .await
                .map_err(|error| ApiError::malformed(&error.to_string()))?;
            match part {
                Some(part) if part.name() == Some("file") => {
                    let name = part.file_name().map(str::to_owned);
                    return to_disk(state, Box::pin(part.into_async_read()), name).await;
                }
                Some(_) => {}
                None => {
                    return Err(ApiError::malformed(
                        "the form has no part `file`; send the export in it",
                    ));
                }
            }
        },
    }
}

async fn to_disk(
    state: &ApiState,
    mut reader: impl AsyncRead + Unpin,
    part_name: Option<String>,
) -> Result<Spooled, ApiError> {
    let folder = state.spool_dir.clone();
    let file = super::blocking(move || {
        NamedTempFile::new_in(folder).map_err(|error| ApiError::internal(&error))
    })
    .await?;
    let handle = file.reopen().map_err(|error| ApiError::internal(&error))?;
    let mut out = tokio::fs::File::from_std(handle);
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut n_bytes: u64 = 0;
    loop {
        let n = read(&mut reader, &mut chunk).await?;
        if n == 0 {
            break;
        }
        n_bytes += n as u64;
        if n_bytes > state.max_upload_bytes {
            drain(&mut reader, &mut chunk).await;
            return Err(ApiError::too_large(state.max_upload_bytes));
        }
        let bytes = chunk.get(..n).unwrap_or_default();
        out.write_all(bytes)
            .await
            .map_err(|error| ApiError::internal(&error))?;
    }
    out.flush()
        .await
        .map_err(|error| ApiError::internal(&error))?;
    if n_bytes == 0 {
        return Err(ApiError::malformed(
            "the upload is empty; send the export as the body",
        ));
    }
    Ok(Spooled { file, part_name })
}

async fn read(reader: &mut (impl AsyncRead + Unpin), chunk: &mut [u8]) -> Result<usize, ApiError> {
    reader
        .read(chunk)
        .await
        .map_err(|_| ApiError::malformed("the upload broke off; send it again"))
}

/// Reads on for a while: a connection that closes on unread bytes would swallow the answer.
async fn drain(reader: &mut (impl AsyncRead + Unpin), chunk: &mut [u8]) {
    let mut n_drained: u64 = 0;
    while n_drained < MAX_DRAINED_BYTES {
        match reader.read(chunk).await {
            Ok(n) if n > 0 => n_drained += n as u64,
            _ => return,
        }
    }
}

/// Refuses large bodies where no upload is expected.
pub struct SmallBodies;

impl<E: Endpoint> Middleware<E> for SmallBodies {
    type Output = SmallBodiesEndpoint<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        SmallBodiesEndpoint { endpoint }
    }
}

/// The endpoint that `SmallBodies` makes.
pub struct SmallBodiesEndpoint<E> {
    endpoint: E,
}

impl<E: Endpoint> Endpoint for SmallBodiesEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<Self::Output> {
        let path = request.uri().path();
        let is_upload = path.starts_with("/api/v1/")
            && (path.ends_with("/imports") || path.ends_with("/explain"));
        if !is_upload {
            let body = request.take_body();
            let mut kept = Vec::new();
            let mut reader = body.into_async_read();
            let mut chunk = vec![0; CHUNK_BYTES.min(16 << 10)];
            loop {
                let n = read(&mut reader, &mut chunk).await?;
                if n == 0 {
                    break;
                }
                if kept.len() + n > MAX_SMALL_BODY_BYTES {
                    drain(&mut reader, &mut chunk).await;
                    return Err(ApiError::body_too_large(MAX_SMALL_BODY_BYTES).into());
                }
                kept.extend_from_slice(chunk.get(..n).unwrap_or_default());
            }
            request.set_body(kept);
        }
        self.endpoint.call(request).await
    }
}
