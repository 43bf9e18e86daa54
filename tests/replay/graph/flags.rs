//! Cases about the text and the bits of `featureUsage`.

use token_telemetry::graph::FeatureUsage;

use crate::fields::{Check, Fields};

pub(crate) fn replay(
    input: &mut Fields,
    expect: &mut Fields,
    check: &mut Check,
) -> Result<(), String> {
    if let Some(text) = input.text("text")? {
        return replay_text(&text, expect, check);
    }
    if let Some(bit) = input.number("bit")? {
        let name = Fields::needed("name", input.text("name")?)?;
        return replay_bit(bit, &name, expect, check);
    }
    replay_dotnet(input, expect, check)
}

fn replay_text(text: &str, expect: &mut Fields, check: &mut Check) -> Result<(), String> {
    if let Some(error) = expect.text("error")? {
        check.same("error", &error.as_str(), &"bad-feature-usage")?;
        return check.holds("refused", text.parse::<FeatureUsage>().is_err());
    }
    let features: FeatureUsage = text.parse().map_err(|error| format!("{error}"))?;
    check.same("value", &Some(features.bits()), &expect.number("value")?)?;
    check.same("hex", &Some(format!("{features:x}")), &expect.text("hex")?)?;
    check.same(
        "written and read",
        &features.to_string().parse(),
        &Ok(features),
    )?;
    if let Some(known) = expect.texts("known")? {
        check.same(
            "names",
            &features.names().map(str::to_owned).collect::<Vec<_>>(),
            &known,
        )?;
    }
    if let Some(unknown) = expect.list("unknown_bits")? {
        let unknown: Vec<_> = unknown
            .iter()
            .filter_map(serde_json::Value::as_u64)
            .collect();
        let found: Vec<_> = features.unknown_bits().map(u64::from).collect();
        check.same("unknown bits", &found, &unknown)?;
    }
    Ok(())
}

fn replay_bit(bit: u64, name: &str, expect: &mut Fields, check: &mut Check) -> Result<(), String> {
    let value = Fields::needed("value", expect.number("value")?)?;
    check.same(
        "value",
        &1_u64.checked_shl(bit.try_into().unwrap_or(u32::MAX)),
        &Some(value),
    )?;
    let features = FeatureUsage::from_bits(value);
    check.same("name", &features.names().collect::<Vec<_>>(), &vec![name])?;
    check.same("hex", &Some(features.to_string()), &expect.text("hex")?)
}

/// Checks what the .NET handler sends for a set, and how we undo it.
fn replay_dotnet(input: &mut Fields, expect: &mut Fields, check: &mut Check) -> Result<(), String> {
    let truth = Fields::needed("true_flags", input.number("true_flags")?)?;
    let truth = FeatureUsage::from_bits(truth);
    let hex = Fields::needed("true_hex", input.text("true_hex")?)?;
    check.same("true hex", &hex.parse(), &Ok(truth))?;
    let sent = Fields::needed("sent_text", expect.text("sent_text")?)?;
    // The handler parses its hex text as a decimal number, and text with a letter as zero.
    let mangled = FeatureUsage::from_bits(hex.parse().unwrap_or(0));
    check.same("sent", &sent.parse(), &Ok(mangled))?;
    let undone = mangled
        .undo_dotnet()
        .ok_or("expected a value that can be sent")?;
    check.same(
        "repaired",
        Some(undone.feature_usage.bits()),
        expect.number("repaired")?,
    )?;
    let repairable = Fields::needed("repairable", expect.flag("repairable")?)?;
    check.same("repairable", &(undone.feature_usage == truth), &repairable)?;
    check.holds("uncertainty is reported", repairable || !undone.is_certain)
}
