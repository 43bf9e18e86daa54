"""The checks of scripts/receivers: what a receiver must see after a number of rounds of the load."""

import http.server
import json
import math
import re
import socket
import sys
import time
import urllib.parse
import urllib.request

# One round of examples/receivers/src/load.rs, counted by hand.
# Metric: number of recordings, unit.
ROUND = {
    "MsalSuccess": (21, ""),
    "MsalFailure": (4, ""),
    "MsalTotalDuration.1A": (20, "ms"),  # one of the tokens came from a background refresh
    "MsalTotalDurationV2.1A": (23, "ms"),  # and the failures that a caller saw
    "MsalDurationInL1CacheInUs.1B": (14, "us"),
    "MsalDurationInL2Cache.1A": (1, "ms"),
    "MsalDurationInHttp.1A": (6, "ms"),
    "MsalDurationInHttpV2.1A": (10, "ms"),
    "MsalDurationInExtensionInMs.1B": (3, "us"),
    "MsalRemainingTokenLifetime.1A": (21, "s"),
    "token_telemetry.acquisition.duration": (23, "s"),
    "token_telemetry.refresh.duration": (2, "s"),
    "token_telemetry.token_request.duration": (12, "s"),  # two of the requests were sent twice
    "token_telemetry.throttled.duration": (2, "s"),
    "token_telemetry.token.remaining_lifetime": (21, "s"),
    "token_telemetry.cache.duration": (2, "s"),
}
# Metrics that depend on the moment: tokens of the same second expire at the same time, a quick export
# or scrape meets no acquisition in flight, and only the newest token counts.
# Metric: unit, kind.
SOMETIMES = {
    "token_telemetry.unextended_tokens": ("{token}", "Sum"),
    "token_telemetry.acquisitions.in_flight": ("{acquisition}", "Sum"),
    "token_telemetry.acquisitions.oldest_age": ("s", "Gauge"),
    "token_telemetry.token.expires_in": ("s", "Gauge"),
}
# The call of examples/receivers/otlp/retried.rs; it is made once, after the rounds.
RETRIED = {
    "MsalSuccess": 1,
    "MsalTotalDuration.1A": 1,
    "MsalTotalDurationV2.1A": 1,
    "MsalDurationInHttp.1A": 1,
    "MsalDurationInHttpV2.1A": 1,
    "token_telemetry.acquisition.duration": 1,
    "token_telemetry.token_request.duration": 3,
    "token_telemetry.throttled.duration": 1,
}
RETRIED_API = "AcquireTokenWithRetries"
# Its three requests, as points of the histogram: status, resend count, error type.
RETRIED_POINTS = {("503", None, "503"): 1, ("429", "1", "429"): 1, ("200", "2", None): 1}
# And as child spans, in order: attributes and status.
RETRIED_CHILDREN = [
    ({"http.response.status_code": "503", "error.type": "503"}, "ERROR"),
    ({"http.response.status_code": "429", "error.type": "429", "http.request.resend_count": "1"}, "ERROR"),
    ({"http.response.status_code": "200", "http.request.resend_count": "2"}, "UNSET"),
]
# Counts by attributes.
SUCCESSES = {
    ("AcquireTokenForClient", "Cache", "L1Cache", "NotApplicable"): 13,
    ("AcquireTokenForClient", "IdentityProvider", "None", "NoCachedAccessToken"): 1,
    ("AcquireTokenForClient", "IdentityProvider", "None", "Expired"): 1,
    ("AcquireTokenForClient", "IdentityProvider", "None", "ForceRefreshOrClaims"): 2,
    ("AcquireTokenForClient", "IdentityProvider", "None", "ProactivelyRefreshed"): 1,
    ("AcquireTokenSilent", "IdentityProvider", "None", "NoCachedAccessToken"): 1,
    ("AcquireTokenSilent", "Cache", "L1Cache", "NotApplicable"): 1,
    ("AcquireTokenSilent", "Cache", "L2Cache", "NotApplicable"): 1,
}
SUCCESS_KEYS = ("ApiId", "TokenSource", "CacheLevel", "CacheRefreshReason")
FAILURES = {
    ("invalid_client", "7000215", "ForceRefreshOrClaims"): 1,
    ("invalid_client", "7000215", "ProactivelyRefreshed"): 1,
    ("operation_canceled", "", "ForceRefreshOrClaims"): 1,
    ("temporarily_unavailable", "", "ForceRefreshOrClaims"): 1,
}
FAILURE_KEYS = ("ErrorCode", "RawStsErrorCode", "CacheRefreshReason")
# Spans by outcome, error type and status.
SPANS = {
    ("ok", None, "UNSET"): 21,
    ("error", "invalid_client", "ERROR"): 2,
    ("error", "temporarily_unavailable", "ERROR"): 1,
    ("cancelled", None, "UNSET"): 1,
}
# Child spans of one round by status of the response, resend count and status of the span.
CHILDREN = {
    ("200", None, "UNSET"): 5,
    ("200", "1", "UNSET"): 1,
    ("401", None, "ERROR"): 2,
    ("503", None, "ERROR"): 2,
    ("503", "1", "ERROR"): 1,
    (None, None, "UNSET"): 1,  # the caller gave up
}
# Attributes of spans and their types; every span has the first group.
SPAN_ALWAYS = {"api": "Str", "outcome": "Str", "correlation_id": "Str"}
SPAN_SOMETIMES = {
    "token_source": "Str",
    "cache_level": "Str",
    "refresh_reason": "Str",
    "error_code": "Str",
    "error.type": "Str",
    "error.kind": "Str",
    "status": "Int",
    "attempt_count": "Int",
    "background": "Bool",
    "cache_lookup_count": "Int",
    "expiry_advertised": "Bool",
    "expiry_unextended": "Bool",
}
CHILD_ALWAYS = {"server.address": "Str", "token_telemetry.request.purpose": "Str"}
CHILD_SOMETIMES = {
    "http.response.status_code": "Int",
    "http.request.resend_count": "Int",
    "error.type": "Str",
}
# Attributes that tracing-opentelemetry adds.
SPAN_ADDED = {"thread.id", "thread.name", "target", "busy_ns", "idle_ns"}

# Metrics of the second set, as Prometheus names them, that the load does not record, and the
# beginnings of queries that select nothing: no background refresh is cancelled, and no client of the
# token endpoint gives up. Simulated services show their panels.
NOT_IN_LOAD = (
    "token_telemetry_waiting_duration_seconds",
    "token_telemetry_stale_tokens_total",
    "token_telemetry_suppressed_errors_total",
    "token_telemetry_rejected_tokens_total",
    "token_telemetry_cache_lookups_total",
    "token_telemetry_cache_lookup_duration_seconds",
    "token_telemetry_credential_duration_seconds",
    "token_telemetry_triggered_refreshes_total",
    "token_telemetry_graph_requests_total",
    'token_telemetry_refresh_duration_seconds_count{job=~"$job",error_kind=~',
    'token_telemetry_server_requests_total{job=~"$job",token_telemetry_response_class=""',
)
# The job of the example `token-endpoint`.
TOKEN_ENDPOINT = "token-endpoint"


def buckets(name, labels):
    """Series of a histogram whose values are at most one second."""
    return [f'{name}_bucket{{{labels},le="{le}"}}' for le in ("1", "+Inf")] + [f"{name}_sum{{{labels}}}"]


# Simulated services in trouble: what they count per second, and what the dashboard must show.
NEW_TOKENS = 'ApiId="AcquireTokenForClient",TokenSource="IdentityProvider",CacheRefreshReason="NoCachedAccessToken"'
FAILED = 'ApiId="AcquireTokenForClient",ErrorCode="temporarily_unavailable",CacheRefreshReason="Expired"'
API = 'token_telemetry_api_name="acquire_token"'
GRAPH = 'token_telemetry_graph_requests_total{http_request_method="GET"'
SKU = 'token_telemetry_client_sku="Contoso.Auth"'
LEVEL = "token_telemetry_cache_level"
RESULT = "token_telemetry_cache_result"
IN_TROUBLE = {
    "no-hits": {
        "counts": [f"MsalSuccess_total{{{NEW_TOKENS}}}", f"MsalTotalDuration_1A_milliseconds_count{{{NEW_TOKENS}}}"],
        "panels": {"Cache hit ratio": 0, "Cache hit ratio by function": 0, "Failed acquisitions": 0},
    },
    "no-tokens": {
        "counts": [f"MsalFailure_total{{{FAILED}}}"],
        "panels": {"Tokens per second": 0, "Failed acquisitions": 1},
    },
    # Only the second set.
    "throttled": {
        "counts": [
            f"token_telemetry_acquisition_duration_seconds_count{{{API}}}",
            f"token_telemetry_acquisition_duration_seconds_sum{{{API}}}",
            *(
                f'token_telemetry_{kind}_duration_seconds_count{{{API},error_type="e",error_kind="{error_kind}"}}'
                for kind in ("acquisition", "refresh")
                for error_kind in ("throttled", "interaction_required")
            ),
            f'token_telemetry_token_request_duration_seconds_count{{{API},http_response_status_code="200"}}',
            f'token_telemetry_token_request_duration_seconds_count{{{API},http_response_status_code="429",'
            'error_type="429",server_address="login.example",http_request_resend_count="1"}',
            *buckets("token_telemetry_throttled_duration_seconds", API),
            *buckets("token_telemetry_waiting_duration_seconds", API),
            f"token_telemetry_stale_tokens_total{{{API}}}",
            f'token_telemetry_suppressed_errors_total{{{API},error_type="e"}}',
            'token_telemetry_rejected_tokens_total{error_type="401"}',
            f'token_telemetry_cache_lookups_total{{{API},{LEVEL}="l1",{RESULT}="miss"}}',
            f'token_telemetry_cache_lookups_total{{{API},{LEVEL}="l2",{RESULT}="error"}}',
            *buckets("token_telemetry_cache_lookup_duration_seconds", f'{LEVEL}="l2",{RESULT}="error"'),
            'token_telemetry_credential_duration_seconds_count{token_telemetry_credential="client_secret"}',
            f'token_telemetry_triggered_refreshes_total{{{API},token_telemetry_refresh_trigger="timer"}}',
            f'{GRAPH},http_response_status_code="200"}}',
            f'{GRAPH},http_response_status_code="401",error_type="401",token_telemetry_graph_claims_challenges="1"}}',
            f'{GRAPH},http_response_status_code="429",error_type="429",http_request_resend_count="2"}}',
            f'{GRAPH},error_type="timeout",http_request_resend_count="1"}}',
        ],
        "values": {
            f"token_telemetry_acquisitions_in_flight{{{API}}}": 3,
            f"token_telemetry_acquisitions_oldest_age_seconds{{{API}}}": 90,
            f'token_telemetry_token_expires_in_seconds{{{API},token_telemetry_credential="client_secret"}}': 3000,
        },
        "panels": {
            "In flight": 3,
            "Oldest in flight": 90,
            "Resent attempts": 0.5,
            "Throttling": 0.5,
            "Time to expiry": 3000,
            "Resent Graph requests": 0.5,
        },
    },
    # Only the set of a token endpoint.
    "broken-client": {
        "counts": [
            f'token_telemetry_server_requests_total{{{SKU},token_telemetry_response_class="2xx"}}',
            f"token_telemetry_server_requests_total{{{SKU}}}",
            f'token_telemetry_server_unreadable_headers_total{{{SKU},error_type="unknown-schema"}}',
        ],
        "panels": {"Cache hits of clients": 0},
    },
}
# Jobs for which each alert is pending or firing. The load has a wrong secret and an overloaded
# endpoint in every round, and its tokens live long.
PENDING = {
    "TokenCacheHitRatioLow": {"no-hits"},
    "TokenAcquisitionFailing": {"contoso", "no-tokens", "throttled"},
    "TokenCredentialRejected": {"contoso"},
    "TokenEndpointSlow": set(),
    "TokenRefreshForced": set(),
    "TokenBackgroundRefreshFailing": {"contoso", "throttled"},
    "TokenLifetimeShort": set(),
    "TokenSdkRegression": set(),
    "TokenAcquisitionHanging": {"throttled"},
    "TokenExpiresUnrefreshed": set(),
    "TokenEndpointThrottling": {"contoso", "throttled"},
    "TokenDistributedCacheFailing": {"throttled"},
    "TokenRejectedByResource": {"throttled"},
    "TokenClientHeadersUnreadable": {"broken-client"},
    "TokenClientFailuresJumped": set(),
}


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: expected {expected}, found {found}")


def times(table, rounds):
    return {key: count * rounds for key, count in table.items()}


# The output of rotel.


def rotel_metrics(text):
    """Metrics of a detailed dump: name -> unit, kind, points; a later export replaces an earlier one.

    The second result has the points of all exports: name -> list of points.
    """
    metrics, exports = {}, {}
    for block in re.split(r"^Metric #\d+$", text, flags=re.M)[1:]:
        field = lambda key: (re.search(rf"^ +-> {key}: ?(.*)$", block, re.M) or [None, ""])[1].strip()
        points = []
        for point in re.split(r"^\w*DataPoints #\d+$", block, flags=re.M)[1:]:
            point = re.split(r"^(?:ScopeMetrics|ResourceMetrics|ResourceSpans) #", point, flags=re.M)[0]
            attributes = re.findall(r"^ +-> ([\w.]+): \w+\((.*)\)$", point, re.M)
            value = re.search(r"^(?:Value|Count): ([\d.]+)", point, re.M)
            points.append((dict(attributes), float(value[1])))
        metrics[field("Name")] = (field("Unit"), field("DataType"), points)
        exports.setdefault(field("Name"), []).append(points)
    return metrics, exports


def by(points, keys):
    sums = {}
    for attributes, value in points:
        key = tuple(attributes.get(name) for name in keys)
        sums[key] = sums.get(key, 0) + value
    return sums


def rotel_spans(text):
    """Spans of a detailed dump: the fields of each, its status, and attributes as (key, type, value)."""
    spans = []
    for block in re.split(r"^Span #\d+$", text, flags=re.M)[1:]:
        block = re.split(r"^(?:ScopeSpans|ResourceSpans|ResourceMetrics) #", block, flags=re.M)[0]
        fields = dict(re.findall(r"^ +(Parent ID|ID|Name|Kind) +: (.*)$", block, re.M))
        fields["Start"] = int(re.search(r"^Start time: (\d+)$", block, re.M)[1])
        status = re.search(r"^ +Status code +: STATUS_CODE_(\w+)$", block, re.M)[1]
        spans.append((fields, status, re.findall(r"^ +-> ([\w.]+): (\w+)\((.*)\)$", block, re.M)))
    return spans


def span_values(attributes, always, sometimes):
    """Values of a span by key, after a check of keys and types."""
    keys = [key for key, _, _ in attributes]
    same("keys of a span, each once", sorted(keys), sorted(set(keys)))
    types = {key: kind for key, kind, _ in attributes if key not in SPAN_ADDED}
    known = always | {key: kind for key, kind in sometimes.items() if key in types}
    same("types of a span's attributes", types, known)
    return {key: value for key, _, value in attributes if key not in SPAN_ADDED}


def count(keys):
    found = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def check_spans(spans, rounds):
    """Checks all spans, and returns the number of child spans."""
    acquisitions, children = {}, []
    for fields, status, attributes in sorted(spans, key=lambda span: span[0]["Start"]):
        if fields["Name"] == "acquire_token":
            same("parent of an acquisition", fields["Parent ID"], "")
            values = span_values(attributes, SPAN_ALWAYS, SPAN_SOMETIMES)
            acquisitions[fields["ID"]] = (status, values)
        else:
            same("name of a child span", fields["Name"], "HTTP token")
            same("kind of a child span", fields["Kind"], "SPAN_KIND_CLIENT")
            children.append((fields["Parent ID"], status, span_values(attributes, CHILD_ALWAYS, CHILD_SOMETIMES)))
    retried = [span_id for span_id, (_, values) in acquisitions.items() if values["api"] == RETRIED_API]
    same("spans of the retried call", len(retried), 1)
    check_retried(acquisitions.pop(retried[0]), [child[1:] for child in children if child[0] == retried[0]])
    children = [child for child in children if child[0] != retried[0]]
    kinds = count((values["outcome"], values.get("error.type"), status) for status, values in acquisitions.values())
    same("spans by outcome, error type and status", kinds, times(SPANS, rounds))
    found = count((values.get("http.response.status_code"), values.get("http.request.resend_count"), status)
                  for _, status, values in children)
    same("child spans by response, resend count and status", found, times(CHILDREN, rounds))
    by_parent = count(parent for parent, _, _ in children)
    attempts = {span_id: int(values["attempt_count"]) for span_id, (_, values) in acquisitions.items()
                if "attempt_count" in values}
    same("child spans by parent", by_parent, attempts)
    return len(children) + len(RETRIED_CHILDREN)


def check_retried(span, children):
    status, values = span
    same("status of the retried call", status, "UNSET")
    same("outcome of the retried call", (values["outcome"], values["attempt_count"], values["status"]), ("ok", "3", "200"))
    always = {"server.address": "127.0.0.1", "token_telemetry.request.purpose": "token"}
    expected = [(status, always | values) for values, status in RETRIED_CHILDREN]
    same("child spans of the retried call", children, expected)


def check_in_flight(exports):
    """The retried call is exported while it waits, and as zero afterwards."""
    seen = {}
    for name in "in_flight", "oldest_age":
        of_call = [[value for attributes, value in points if attributes.get("token_telemetry.api.name") == RETRIED_API]
                   for points in exports[f"token_telemetry.acquisitions.{name}"]]
        seen[name] = [value for values in of_call for value in values]
        same(f"last {name} of the retried call", seen[name][-1], 0)
    same("greatest in_flight of the retried call", max(seen["in_flight"]), 1)
    same("oldest_age of the retried call, while it waits", 0 < max(seen["oldest_age"]) < 30, True)


def kind_of(unit):
    """The MSAL counters have no unit; those of the second set name in braces what they count."""
    return "Sum" if unit == "" or unit.startswith("{") else "Histogram"


def otlp(log, rounds):
    rounds = int(rounds)
    text = open(log, encoding="utf-8").read()
    metrics, exports = rotel_metrics(text)
    same("metrics", sorted(set(metrics) - set(SOMETIMES)), sorted(ROUND))
    for name, (recordings, unit) in ROUND.items():
        found_unit, kind, points = metrics[name]
        same(f"{name}, unit", found_unit, unit)
        same(f"{name}, kind", kind, kind_of(unit))
        same(f"{name}, recordings", sum(value for _, value in points), recordings * rounds + RETRIED.get(name, 0))
    for name, expected in SOMETIMES.items():
        if name in metrics:
            same(f"{name}, unit and kind", metrics[name][:2], expected)
    successes = [point for point in metrics["MsalSuccess"][2] if point[0]["ApiId"] != RETRIED_API]
    same("MsalSuccess", by(successes, SUCCESS_KEYS), times(SUCCESSES, rounds))
    same("MsalFailure", by(metrics["MsalFailure"][2], FAILURE_KEYS), times(FAILURES, rounds))
    of_call = [point for point in metrics["token_telemetry.token_request.duration"][2]
               if point[0].get("token_telemetry.api.name") == RETRIED_API]
    keys = ("http.response.status_code", "http.request.resend_count", "error.type")
    same("requests of the retried call", by(of_call, keys), RETRIED_POINTS)
    check_in_flight(exports)
    for scope in ("MicrosoftIdentityClient_Common_Meter 1.0.0", "token-telemetry 0."):
        same(f"scope {scope}", f"InstrumentationScope {scope}" in text, True)
    same("service.name", "-> service.name: Str(contoso)" in text, True)
    spans = rotel_spans(text)
    children = check_spans(spans, rounds)
    print(f"   received {len(metrics)} metrics, {sum(len(m[2]) for m in metrics.values())} series, "
          f"{len(spans) - children} spans of acquisitions and {children} of their requests, "
          "with the expected units, kinds, counts, attributes, parents and status")


# Queries to Prometheus.

CONTOSO = '{job="contoso"}'


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def query(base, expression):
    url = f"{base}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    return json.loads(get(url))["data"]["result"]


def numbers(result):
    return [float(series["value"][1]) for series in result]


def labels(result, keys):
    return {tuple(series["metric"].get(key, "") for key in keys): float(series["value"][1]) for series in result}


def prometheus_name(name, unit):
    words = {"": "_total", "ms": "_milliseconds_count", "us": "_microseconds_count", "s": "_seconds_count"}
    return re.sub(r"\W", "_", name) + words[unit]


def is_recorded(word, words):
    return any(found.startswith(word) for found in words)


def complete(base, rounds):
    """Succeeds once the last acquisition has been scraped and evaluated by the rules."""
    total = f'sum(MsalSuccess_total{CONTOSO}) + sum(MsalFailure_total{CONTOSO}) == {25 * int(rounds)}'
    earlier = total.replace(CONTOSO, f"{CONTOSO} offset 3s")
    if not query(base, f"({total}) and ({earlier})"):
        sys.exit(1)


def prometheus(base, rounds, dashboard):
    rounds = int(rounds)
    for name, (count, unit) in ROUND.items():
        series = prometheus_name(name, unit) + CONTOSO
        same(series, numbers(query(base, f"sum({series})")), [count * rounds])
    for name, keys, table in ("MsalSuccess", SUCCESS_KEYS, SUCCESSES), ("MsalFailure", FAILURE_KEYS, FAILURES):
        found = labels(query(base, f"{name}_total{CONTOSO}"), keys)
        same(f"{name}_total", found, times(table, rounds))
    found = json.loads(get(f"{base}/api/v1/series?" + urllib.parse.urlencode({"match[]": CONTOSO})))["data"]
    words = {word for series in found for word in (series["__name__"], *series)}
    same("NOT_IN_LOAD that the load records", [name for name in NOT_IN_LOAD if is_recorded(name, words)], [])
    names = [re.sub(r"\W", "_", name) for name in SOMETIMES]
    missing = NOT_IN_LOAD + tuple(name for name in names if not is_recorded(name, words))
    print(f"   {len(ROUND)} metrics in Prometheus, with the expected values")
    dashboard = json.load(open(dashboard, encoding="utf-8"))
    check_dashboard(base, dashboard, missing)
    check_trouble(base, dashboard)
    check_rules(base)


def panels_of(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def values_of(base, target, job):
    """Values that a panel shows for a job, with variables replaced as in Grafana."""
    expression = target["expr"].replace("$__rate_interval", "1m").replace("$job", job)
    same(f"variables left in {expression}", "$" in expression, False)
    return numbers(query(base, expression))


def job_of(expression, missing):
    """The job for which a query of the dashboard returns series."""
    in_load = not any(name in expression for name in missing)
    if "token_telemetry_server_" in expression:
        return TOKEN_ENDPOINT if in_load else "broken-client"
    return "contoso" if in_load else "throttled"


def check_dashboard(base, dashboard, missing):
    """Each query returns series; one with a missing metric does so for a simulated service."""
    panels = panels_of(dashboard)
    ids = [panel["id"] for panel in dashboard["panels"]]
    same("ids of panels are unique", len(set(ids)), len(ids))
    for panel in panels:
        cells = panel["gridPos"]
        same(f"{panel['title']} fits", cells["x"] + cells["w"] <= 24, True)
        # No panel shows HTTP requests per second.
        same(f"{panel['title']} does not count requests", panel["fieldConfig"]["defaults"]["unit"] != "reqps", True)
    targets = [(panel, target) for panel in panels for target in panel["targets"]]
    for panel, target in targets:
        where = f"{panel['title']} {target['refId']}"
        values = values_of(base, target, job_of(target["expr"], missing))
        same(f"{where} returns series", bool(values), True)
        same(f"{where} returns numbers", all(math.isfinite(value) for value in values), True)
        if panel["fieldConfig"]["defaults"]["unit"] == "percentunit":
            same(f"{where} is a share", all(0 <= value <= 1 for value in values), True)
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            series, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"]).groups()
            found = set(labels(query(base, series), [label]))
            same(variable["name"], found, {(job,) for job in ("contoso", TOKEN_ENDPOINT, *IN_TROUBLE)})
    print(f"   dashboard: {len(targets)} queries of {len(panels)} panels, each returns series")


def check_trouble(base, dashboard):
    targets = {panel["title"]: panel["targets"][0] for panel in panels_of(dashboard)}
    for job, service in IN_TROUBLE.items():
        for title, value in service["panels"].items():
            same(f"{title} of {job}", values_of(base, targets[title], job), [value])
    print(f"   dashboard: shows the expected figures for {' and '.join(IN_TROUBLE)} too")


def check_rules(base):
    groups = json.loads(get(f"{base}/api/v1/rules"))["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    for rule in rules:
        same(f"{rule['name']}, health", (rule["health"], rule.get("lastError")), ("ok", None))
    recorded = [rule for rule in rules if rule["type"] == "recording"]
    for rule in recorded:
        needs_a_day = "offset 1d" in rule["query"]
        same(f"{rule['name']} returns series", bool(query(base, rule["name"])), not needs_a_day)
    alerts = [rule for rule in rules if rule["type"] == "alerting"]
    for rule in alerts:
        same(f"annotations of {rule['name']}", sorted(rule["annotations"]), ["description", "summary"])
    pending = {rule["name"]: {alert["labels"]["job"] for alert in rule["alerts"]} for rule in alerts}
    same("jobs with alerts", pending, PENDING)
    print(f"   rules: {len(recorded)} recording rules and {len(alerts)} alerts evaluated, "
          f"{sum(bool(jobs) for jobs in pending.values())} alerts pending as expected")


# The simulated services in trouble.


def in_trouble(port):
    """Serves their metrics, each under the name of its job, until the process is stopped."""
    start = time.monotonic()

    class Service(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seconds = time.monotonic() - start
            service = IN_TROUBLE[self.path.strip("/")]
            samples = {series: 10 * seconds for series in service["counts"]} | service.get("values", {})
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write("".join(f"{series} {value}\n" for series, value in samples.items()).encode())

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Service).serve_forever()


def further_jobs(token_endpoint, port):
    """Prints the jobs of the example `token-endpoint` and of the services in trouble, to be scraped."""
    print(f"  - {{job_name: {TOKEN_ENDPOINT}, static_configs: [{{targets: ['{token_endpoint}']}}]}}")
    for job in IN_TROUBLE:
        print(f"  - {{job_name: {job}, metrics_path: /{job}, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}")


# Ports.


def ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(count))]
    print(*(server.getsockname()[1] for server in sockets))


def listening(*wanted):
    for port in wanted:
        socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()


def ready(base):
    get(f"{base}/-/ready")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    commands = (otlp, complete, prometheus, in_trouble, further_jobs, ports, listening, ready)
    {function.__name__: function for function in commands}[command](*arguments)
