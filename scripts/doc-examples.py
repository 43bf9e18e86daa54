"""The counts of scripts/doc-examples: doc-examples.py RUSTDOC_JSON SOURCES [--missing]"""

import json
import pathlib
import re
import sys

LEAST = 60  # percent

# What counts: functions, methods, types, traits, macros and constants. Modules, variants, fields and
# implementations of traits do not count.
TYPES = ("struct", "enum", "union")
MEMBERS = ("function", "assoc_const")
ITEMS = (*TYPES, "trait", "function", "constant", "static", "type_alias", "macro", "proc_macro")

# A code block that rustdoc compiles as Rust: a fence without a language, or with `rust` or the way to
# run it. The text after the opening fence is the block, so that closing fences are not counted.
FENCE = re.compile(r"^```(.*?)$\n.*?^```\s*$", re.M | re.S)
RUST = {"", "rust", "no_run", "should_panic", "compile_fail"}


def has_example(docs):
    infos = (match[1] for match in FENCE.finditer(docs or ""))
    return any(set(re.split(r"[,\s]+", info.strip())) <= RUST for info in infos)


class Crate:
    def __init__(self, data):
        self.index = data["index"]
        self.paths = data["paths"]
        self.items = {}  # id -> (path, docs); an item that is exported twice counts once
        self.modules = set()
        self.module(data["root"], "")

    def get(self, identifier):
        return self.index.get(str(identifier))

    def count(self, identifier, path, docs):
        # Docs on a re-export come before those of the item itself.
        _, known = self.items.get(identifier, (path, ""))
        self.items[identifier] = (path, f"{known}\n\n{docs or ''}")

    def module(self, identifier, path):
        if identifier in self.modules:
            return
        self.modules.add(identifier)
        for child in self.get(identifier)["inner"]["module"]["items"]:
            self.item(child, path)

    def item(self, identifier, path, docs=""):
        item = self.get(identifier)
        if item is None or item["visibility"] not in ("public", "default"):
            return
        kind, inner = next(iter(item["inner"].items()))
        name = f"{path}::{item['name']}".removeprefix("::")
        if kind == "use":
            self.reexport(item, inner, path)
        elif kind == "module":
            self.module(identifier, name)
        elif kind in ITEMS:
            self.count(identifier, name, docs + (item["docs"] or ""))
            for member in self.members(kind, inner):
                self.count(member["id"], f"{name}::{member['name']}", member["docs"])

    def reexport(self, item, use, path):
        target = use["id"]
        if use["is_glob"]:
            self.module(target, path)
        elif self.get(target) is not None:
            self.item(target, path, item["docs"] or "")
        elif item["docs"] and self.paths.get(str(target), {}).get("kind", "").startswith("proc_"):
            # A macro of the other crate, documented where it is exported.
            self.count(target, use["name"], item["docs"])

    def members(self, kind, inner):
        if kind == "trait":
            children = inner["items"]
        elif kind in TYPES:
            blocks = [self.get(block)["inner"]["impl"] for block in inner["impls"] if self.get(block)]
            children = [child for block in blocks if block["trait"] is None for child in block["items"]]
        else:
            return
        for child in map(self.get, children):
            if child and child["visibility"] in ("public", "default") and not child["inner"].keys().isdisjoint(MEMBERS):
                yield child


def lines(folder):
    """Lines of docs and lines of code, without blank lines and other comments."""
    docs = code = 0
    for file in pathlib.Path(folder).rglob("*.rs"):
        for line in map(str.strip, file.read_text(encoding="utf-8").splitlines()):
            if line.startswith(("///", "//!")):
                docs += 1
            elif line and not line.startswith("//"):
                code += 1
    return docs, code


def main(data, sources, *flags):
    with open(data, encoding="utf-8") as file:
        items = Crate(json.load(file)).items.values()
    missing = sorted(path for path, docs in items if not has_example(docs))
    found = len(items) - len(missing)
    percent = 100 * found / len(items)
    docs, code = lines(sources)
    if "--missing" in flags:
        print(*(f"   {path}" for path in missing), sep="\n")
    print(f"   examples: {found} of {len(items)} public items ({percent:.0f} %)")
    print(f"   docs: {docs} lines to {code} lines of code ({docs / code:.2f})")
    if percent < LEAST:
        print(f"   expected examples on at least {LEAST} % of the public items; --missing lists the others")
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
