#!/usr/bin/python3
"""What ops/check asks of Kubernetes manifests and dashboard beyond their syntax: that they fit the suite.

Prints the queries of both as rules for promtool. Exit 1 and every mistake on standard error if there is any.
"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

KINDS = {
    ("v1", "Service"), ("apps/v1", "Deployment"), ("batch/v1", "Job"), ("policy/v1", "PodDisruptionBudget"),
    ("networking.k8s.io/v1", "Ingress"), ("keda.sh/v1alpha1", "ScaledObject"),
}
# Which services' paths an Ingress leads to, by the names of Tests/SystemTests/matrix.json.
SITES = {"city": ["intake", "routing", "callback", "reporting"], "district": ["desk-wangting-urban"]}
# Of the machines of ops alone.
INSIDE = {"/health/live", "/health/ready", "/metrics"}
# Labels that Prometheus gives; `part` by scrape.yaml.
GIVEN = {"job", "instance", "part", "le"}

mistakes = []
queries = {}


def need(right, mistake):
    if not right:
        mistakes.append(mistake)


def declared_metrics():
    """Kind and labels of each metric of the suite."""
    source = Path("Shared/Telemetry/Metric+Suite.swift").read_text()
    found = re.findall(r'(gauge|counter|histogram)\(\s*"(\w+)"(?:,\s*labels: \[([^\]]*)\])?', source)
    return {name: (kind, set(re.findall(r'"(\w+)"', labels))) for kind, name, labels in found}


METRICS = declared_metrics()


def check_query(where, query):
    """That its metrics are the suite's (or Prometheus' own `up`), and each label one of theirs."""
    queries[where] = query
    names = set(re.findall(r"\b(?:jiesu_\w+|up)\b", query))
    need(names, f"{where}: asks for no metric")
    labels = set(GIVEN)
    for name in names - {"up"}:
        base = re.sub(r"_(bucket|count|sum)$", "", name)
        kind, own = METRICS.get(name) or METRICS.get(base) or (None, set())
        need(kind, f"{where}: {name} is no metric of Metric+Suite.swift")
        need((kind == "histogram") == (name != base), f"{where}: {name} is asked for as if it were no {kind}")
        labels |= own
    asked = re.findall(r"(\w+)\s*=", "".join(re.findall(r"\{[^}]*\}", query)))
    for group in re.findall(r"\bby \(([^)]*)\)", query):
        asked += re.findall(r"\w+", group)
    for label in set(asked) - labels:
        need(False, f"{where}: {label} is no label of {', '.join(sorted(names))}")


def routes(service):
    """The paths of a service, as the matrix of rights lists them."""
    paths = set()
    for group in service["groups"]:
        paths |= {route for route in MATRIX["groups"][group]}
    paths |= {route for route in service.get("routes", {}) if "{prefix}" not in route}
    for prefix, groups in service.get("sites", {}).items():
        local = [route for group in groups for route in MATRIX["groups"][group]] + list(service.get("routes", {}))
        # `/admin` has no route of `/dispatch`: routes beside the groups are those of the first site.
        if prefix != next(iter(service["sites"])):
            local = [route for group in groups for route in MATRIX["groups"][group]]
        paths |= {route.replace("{prefix}", prefix) for route in local}
    return {route.split(" ", 1)[1] for route in paths}


def target(paths, path):
    """Whom Kubernetes gives `path` to: an exact path first, then the longest prefix of whole elements."""
    best = None
    for rule in paths:
        own = rule["path"].rstrip("/")
        exact = rule["pathType"] == "Exact" and rule["path"] == path
        prefix = rule["pathType"] == "Prefix" and (path + "/").startswith(own + "/")
        rank = (exact, len(own))
        if (exact or prefix) and (best is None or rank > best[0]):
            best = (rank, rule["backend"]["service"]["name"])
    return best[1] if best else None


def proxy_target(locations, path):
    """Whom nginx gives `path` to, by the locations of ops/proxy/nginx.conf; nobody where it answers itself."""
    best = None
    for equals, own, action in locations:
        rank = (bool(equals), len(own))
        if (path == own if equals else path.startswith(own)) and (best is None or rank > best[0]):
            host = re.search(r"http://(\w+):", action)
            best = (rank, f"jiesu-{host[1]}" if host else None)
    return best[1] if best else None


def check_site(where, services, whose, other=None):
    """That each path comes to a service that has it, what is of ops alone to nobody, and both as at the other proxy."""
    owners = {}
    for name in services:
        for path in routes(MATRIX["services"][name]):
            owners.setdefault(path, set()).add("jiesu-" + name.split("-")[0])
    need(len(owners) > 20, f"{where}: only {len(owners)} paths are known")
    for path, names in sorted(owners.items()):
        answering = whose(path)
        if path in INSIDE:
            need(answering is None, f"{where}: {path} is open to the public, at {answering}")
        else:
            need(answering in names, f"{where}: {path} goes to {answering}, which is none of {', '.join(sorted(names))}")
        if other:
            need(answering == other(path), f"{where}: {path} goes to {answering}, by ops/proxy to {other(path)}")


def documents(folder):
    """What the folder makes; without kubectl, what its files say before `common` is put in."""
    if shutil.which("kubectl"):
        built = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True)
        need(built.returncode == 0, f"{folder}: {built.stderr.strip()}")
        return list(yaml.safe_load_all(built.stdout)) if built.returncode == 0 else []
    resources = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    return [document for name in resources for document in yaml.safe_load_all((folder / name).read_text())]


def check_pod(where, pod, is_service):
    """As nobody, changing nothing, bounded, with probes that the suite answers."""
    need(pod["securityContext"].get("runAsNonRoot"), f"{where}: may run as root")
    for container in pod["containers"] + pod.get("initContainers", []):
        security = container.get("securityContext", {})
        need(security.get("readOnlyRootFilesystem"), f"{where}: may write to its root")
        need(security.get("allowPrivilegeEscalation") is False, f"{where}: may gain rights")
        need(security.get("capabilities") == {"drop": ["ALL"]}, f"{where}: keeps capabilities")
        need("memory" in container["resources"]["limits"], f"{where}: its memory is not bounded")
        need(container["command"][0] in PROGRAMS, f"{where}: {container['command'][0]} is no program of the image")
        for mount in container.get("volumeMounts", []):
            need(mount["name"] in {volume["name"] for volume in pod["volumes"]}, f"{where}: no volume {mount['name']}")
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] if is_service else []:
            path = container[probe]["httpGet"]["path"]
            need(f'"{path}"' in OPERATIONS, f"{where}: {path} of {probe} is no path of OperationsRoutes.swift")
            need(container[probe]["httpGet"]["port"] in {port["name"] for port in container["ports"]}, f"{where}: no port")
    if is_service:
        grace = re.search(r"grace: Duration = \.seconds\((\d+)\)", Path("Shared/Lifecycle/Lifecycle.swift").read_text())
        need(pod["terminationGracePeriodSeconds"] > int(grace[1]) + 5 + 2, f"{where}: is killed before it has stopped")


def check_folder(name):
    folder = Path("ops/kubernetes") / name
    made = documents(folder)
    by_kind = {}
    for document in made:
        kind = (document["apiVersion"], document["kind"])
        need(kind in KINDS, f"{folder}: {kind} is none of the kinds that the README names")
        by_kind.setdefault(document["kind"], {})[document["metadata"]["name"]] = document
    deployments = by_kind.get("Deployment", {})
    for kind in ["Deployment", "Job"]:
        for own, document in by_kind.get(kind, {}).items():
            template = document["spec"]["template"]
            if shutil.which("kubectl"):
                check_pod(f"{folder}: {own}", template["spec"], kind == "Deployment")
            if kind == "Deployment":
                selected = document["spec"]["selector"]["matchLabels"].items()
                need(selected <= template["metadata"]["labels"].items(), f"{folder}: {own} does not select its own pods")
                need(own in by_kind.get("PodDisruptionBudget", {}), f"{folder}: {own} has no disruption budget")
                scaled = own in by_kind.get("ScaledObject", {})
                need(scaled != ("replicas" in document["spec"]), f"{folder}: {own} needs replicas or a ScaledObject")
    for kind in ["PodDisruptionBudget", "Service"]:
        for own, document in by_kind.get(kind, {}).items():
            selector = document["spec"]["selector"]
            labels = selector["matchLabels"] if kind == "PodDisruptionBudget" else selector
            need(own in deployments, f"{folder}: {kind} {own} is of no deployment")
            need(
                own in deployments and labels.items() <= deployments[own]["spec"]["template"]["metadata"]["labels"].items(),
                f"{folder}: {kind} {own} selects other pods")
    partitions = int(re.search(r"\('partitions', (\d+)\)", Path("Shared/CaseStore/Migrations/001_backbone.sql").read_text())[1])
    for own, document in by_kind.get("ScaledObject", {}).items():
        spec = document["spec"]
        need(spec["scaleTargetRef"]["name"] in deployments, f"{folder}: {own} scales nothing")
        need(spec["maxReplicaCount"] <= partitions, f"{folder}: {own} has more processes than partitions")
        for trigger in spec["triggers"]:
            check_query(f"{folder}: {own}", trigger["metadata"]["query"])
    for own, document in by_kind.get("Ingress", {}).items():
        rule, = document["spec"]["rules"]
        for path in rule["http"]["paths"]:
            service = path["backend"]["service"]
            need(service["name"] in by_kind.get("Service", {}), f"{folder}: {path['path']} leads to no service")
        nginx = (lambda path: proxy_target(LOCATIONS, path)) if name == "city" else None
        check_site(f"{folder}: {own}", SITES[name], lambda path: target(rule["http"]["paths"], path), nginx)
    need((name in SITES) == ("Ingress" in by_kind), f"{folder}: an Ingress is missing, or one too many")
    return made


def check_dashboard(path):
    dashboard = json.loads(path.read_text())
    variables = {variable["name"] for variable in dashboard["templating"]["list"] if variable["type"] == "datasource"}
    shown = set()
    for panel in dashboard["panels"]:
        where = f"{path}: {panel['title']}"
        need(panel["fieldConfig"]["defaults"].get("unit"), f"{where}: has no unit")
        need(panel["datasource"]["uid"].strip("${}") in variables, f"{where}: its source is no variable")
        page, _, section = (re.findall(r"ops/handbook/\S+", panel["description"]) or [""])[0].partition("#")
        sections = re.findall(r"^#+ (.*)", Path(page).read_text(), re.M) if Path(page).is_file() else []
        need(section in {each.lower().replace(" ", "-") for each in sections}, f"{where}: names no section of the handbook")
        for number, query in enumerate(panel["targets"]):
            check_query(f"{where} {number}", query["expr"])
            shown |= {name for name in METRICS if name in query["expr"]}
    for name in METRICS.keys() - shown:
        need(False, f"{path}: {name} is not shown")


MATRIX = json.loads(Path("Tests/SystemTests/matrix.json").read_text())
OPERATIONS = Path("Shared/HTTP/OperationsRoutes.swift").read_text()
PROGRAMS = set(re.findall(r"\bjiesu(?:-\w+)?\b", Path("docker/Dockerfile").read_text()))
LOCATIONS = re.findall(r"location (= )?(\S+) \{([^}]*)\}", Path("ops/proxy/nginx.conf").read_text())

for name in ["set-up", "city", "district"]:
    made = check_folder(name)
    if len(sys.argv) > 1:
        Path(sys.argv[1], f"{name}.yaml").write_text(yaml.safe_dump_all(made))
for path in [Path("ops/kubernetes/scrape.yaml"), Path("ops/alerts/scrape.yaml")]:
    need({job["job_name"] for job in yaml.safe_load(path.read_text())["scrape_configs"]} == {"jiesu"}, f"{path}: no job jiesu")
check_dashboard(Path("ops/dashboards/jiesu.json"))

if mistakes:
    sys.exit("\n".join(f"ops/check: {mistake}" for mistake in mistakes))
rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries.values())]
print(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
