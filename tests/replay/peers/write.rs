//! Builds the headers from their fields.

use token_telemetry::ClientRequestId;
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, ExtraSku, FieldValue, LastTelemetry, ReportedFailure,
    SkuGroup,
};

use super::{field_text, pairs, texts};
use crate::fields::Fields;

/// Builds a header with the public constructors.
pub(super) fn header(
    header: &str,
    dialect: &Dialect,
    mut fields: Fields,
) -> Result<String, String> {
    let written = match header {
        "x-client-current-telemetry" => current(dialect, &mut fields)?.render(dialect),
        "x-client-last-telemetry" => last(dialect, &mut fields)?.render(dialect),
        "x-client-xtra-sku" => extra_sku(&mut fields)?.to_string(),
        other => return Err(format!("unknown header `{other}`")),
    };
    fields.finish()?;
    Ok(written)
}

fn check_schema(dialect: &Dialect, fields: &mut Fields) -> Result<(), String> {
    let schema = fields.number("schema")?;
    if schema == Some(dialect.schema().into()) {
        return Ok(());
    }
    Err(format!(
        "schema {schema:?}, {} has {}",
        dialect.name(),
        dialect.schema()
    ))
}

fn current(dialect: &Dialect, fields: &mut Fields) -> Result<CurrentTelemetry<'static>, String> {
    check_schema(dialect, fields)?;
    let (values, platform) = (texts(fields, "values")?, texts(fields, "platform")?);
    if values.len() != dialect.request().len() {
        return Err(format!("{} values", values.len()));
    }
    let extra = platform.get(dialect.platform().len()..).unwrap_or_default();
    let slots = dialect.request().iter().zip(&values);
    let mut current = CurrentTelemetry::new();
    for (slot, text) in slots.chain(dialect.platform().iter().zip(&platform)) {
        if let Some(value) = slot.parse(text).map_err(|error| error.to_string())? {
            current = current.with(slot.field(), value.into_owned());
        }
    }
    for text in extra {
        current = current.with_extra(field_text(text)?);
    }
    Ok(current)
}

fn last(dialect: &Dialect, fields: &mut Fields) -> Result<LastTelemetry<'static>, String> {
    check_schema(dialect, fields)?;
    let mut last = LastTelemetry::new(Fields::needed("hits", fields.number("hits")?)?);
    let (failed, errors) = (pairs(fields, "failed")?, texts(fields, "errors")?);
    if failed.len() != errors.len() {
        return Err(format!(
            "{} failures, {} errors",
            failed.len(),
            errors.len()
        ));
    }
    for ((api, id), code) in failed.iter().zip(&errors) {
        let failure = ReportedFailure::new(api_value(api)?, id_value(id)?, field_text(code)?);
        last = last.with_failure(failure);
    }
    let platform_fields = texts(fields, "tail")?;
    for (field, text) in dialect.platform_fields().iter().zip(&platform_fields) {
        if let Some(value) = field.parse(text).map_err(|error| error.to_string())? {
            last = last.with_platform_field(*field, value.into_owned());
        }
    }
    for text in platform_fields
        .get(dialect.platform_fields().len()..)
        .unwrap_or_default()
    {
        last = last.with_extra(field_text(text)?);
    }
    Ok(last)
}

fn api_value(text: &str) -> Result<FieldValue<'static>, String> {
    let value = CurrentField::Api
        .parse(text)
        .map_err(|error| error.to_string())?;
    Ok(value.map_or(FieldValue::Blank, FieldValue::into_owned))
}

fn id_value(text: &str) -> Result<FieldValue<'static>, String> {
    match text.parse::<ClientRequestId>() {
        Ok(id) => Ok(id.into()),
        Err(_) => field_text(text).map(FieldValue::from),
    }
}

fn extra_sku(fields: &mut Fields) -> Result<ExtraSku, String> {
    let groups = pairs(fields, "groups")?;
    if groups.len() != SkuGroup::ALL.len() {
        return Err(format!("{} groups", groups.len()));
    }
    let mut extra = ExtraSku::new();
    for (group, (name, version)) in SkuGroup::ALL.into_iter().zip(groups) {
        extra = extra.with(group, field_text(&name)?, field_text(&version)?);
    }
    Ok(extra)
}
