//! Writes a report as one page, without scripts and without anything from elsewhere.

use super::sections;
use crate::report::Report;

const STYLE: &str = include_str!("page.css");

/// Returns the page.
pub(crate) fn page(report: &Report) -> String {
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <title>Token request health</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    sections::header(report, &mut out);
    out.push_str("<main>\n");
    sections::figures(report, &mut out);
    sections::timeline(report, &mut out);
    sections::reasons(report, &mut out);
    sections::reasons_by_sdk(report, &mut out);
    super::failures::failures(report, &mut out);
    super::failures::delivery(report, &mut out);
    super::health::versions(report, &mut out);
    super::health::apis(report, &mut out);
    super::failures::unreadable(report, &mut out);
    sections::notes(&mut out);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::report::Report;

    fn read(log: &[u8]) -> String {
        let mut report = Report::new();
        report.read("<file>", log, None).unwrap();
        page(&report)
    }

    #[test]
    fn hostile_text_is_escaped() {
        let html = read(
            b"time: 2026-11-22T00:00:00Z\nx-client-sku: <img src=x onerror=alert(1)>\n\
              x-client-ver: \"><script>\nx-client-current-telemetry: 9|</style>\n\
              x-client-last-telemetry: 4|1|730,a|'<b>&|\n",
        );
        for markup in ["<img", "<script", "<b>", "'<", "<file"] {
            assert!(!html.contains(markup), "{markup}");
        }
        assert_eq!(html.matches("</style>").count(), 1);
        assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"));
    }

    #[test]
    fn page_needs_nothing_else() {
        let html = read(b"x-client-sku: a\n");
        for other in ["http://", "https://", "url(", "<script", "<link", "style="] {
            assert!(!html.contains(other), "{other}");
        }
        for rest in html.split(" on").skip(1) {
            let end = rest.trim_start_matches(char::is_alphanumeric);
            assert!(!end.starts_with('='), "{rest}");
        }
    }

    #[test]
    fn empty_log_has_a_page() {
        assert!(read(b"").contains("No requests with telemetry"));
    }
}
