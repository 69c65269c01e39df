"""The operations on clusters."""

from ..engine.errors import ApiError
from ..engine.shapes import Answer, Fields
from ..engine.store import Cluster, Store
from .limits import page, some

MAX_DESCRIBED = 100


def create_cluster(store: Store, request: Fields) -> Answer:
    """The cluster of that name, new or as it is."""
    cluster = store.ensure_cluster(request.get("clusterName"))
    cluster.tags = request.get("tags", cluster.tags)
    return {"cluster": _described(store, cluster)}


def delete_cluster(store: Store, request: Fields) -> Answer:
    cluster = store.cluster(request["cluster"])
    if cluster.active_services:
        raise ApiError(
            "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
        )
    if any(task.fields["lastStatus"] != "STOPPED" for task in store.tasks(cluster)):
        raise ApiError(
            "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."
        )
    store.drop_cluster(cluster)
    return {"cluster": {**_described(store, cluster), "status": "INACTIVE"}}


def list_clusters(store: Store, request: Fields) -> Answer:
    clusters, following = page(store.clusters(), request)
    return {"clusterArns": [cluster.arn for cluster in clusters], **following}


def describe_clusters(store: Store, request: Fields) -> Answer:
    """Clusters in the order of the request; `default` if it names none."""
    asked = some(request, "clusters", MAX_DESCRIBED) if "clusters" in request else ["default"]
    known = {cluster.arn: cluster for cluster in store.clusters()}
    arns = [store.cluster_arn(reference) for reference in asked]
    return {
        "clusters": [_described(store, known[arn]) for arn in arns if arn in known],
        "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known],
    }


def _described(store: Store, cluster: Cluster) -> Answer:
    statuses = [task.fields["lastStatus"] for task in store.tasks(cluster)]
    return {
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "runningTasksCount": statuses.count("RUNNING"),
        "pendingTasksCount": statuses.count("PENDING") + statuses.count("PROVISIONING"),
        "registeredContainerInstancesCount": 0,
        "activeServicesCount": cluster.active_services,
        "tags": cluster.tags,
    }
