"""The image of a container that could not be pulled."""

from ...model import Cause, Kind
from ..record import CauseRecord, phrases
from .shared import DISK_FULL, DOCKER_DOWN, NO_ROUTE

IMAGE_PULL = CauseRecord(
    cause=Cause("IMAGE_PULL"),
    title="image can't be pulled",
    shared="Look at what they share: the registry and its limits, and the NAT gateway or VPC endpoints"
    " (ecr.api, ecr.dkr, S3) on the way to it.",
    kind=Kind.TASK_FAILED_TO_START,
    summary="an image could not be pulled",
    remedy="Check the image's name and tag, the execution role's pull permissions and the task's route to the"
    " registry, in this order.",
    phrases=phrases("""
        CannotPull | The task cannot pull | The task can't pull | pull the image | pull image manifest
        image manifest | inspect image has been retried | ref pull has been retried | failed to resolve ref
        pull access denied | manifest unknown | manifest for | toomanyrequests | pull rate limit
        You have reached your pull rate limit | httpReadSeeker | httpReaderSeeker | error pulling image
        failed to pull | unable to pull image | failed to unpack image | failed to register layer
        failed to extract layer | GetImageBlob | no basic auth credentials | repository does not exist
        image not found | no such image | unauthorized: authentication required | no matching manifest
        requested access to the resource is denied | ecr:BatchGetImage | ecr:GetDownloadUrlForLayer
        ecr:BatchCheckLayerAvailability | ecr:GetAuthorizationToken | daemon: Get http
        invalid reference format | normalize image | image reference | canonical reference
        processor for media-type | descriptor matching platform | repo digest | engine ecr credentials
        private registry credentials | Check if image exists | incorrect username or password
        API error (500): Get http | API error (404): repository | API error (404): pull
        pull command failed: panic
    """),
    refines={"CannotCreateContainer": ("No such image",)},
    remedies_by_text={
        "rateexceeded": "Amazon ECR throttles the pulls of this account: start fewer tasks at once, or let"
        " the instances keep images (ECS_IMAGE_PULL_BEHAVIOR=prefer-cached).",
        "toomanyrequests ratelimit": "The registry limits pulls: give the container repositoryCredentials, or"
        " pull from Amazon ECR (a pull through cache keeps the names).",
        **DOCKER_DOWN,
        **DISK_FULL,
        "zstd": "The platform can't unpack layers compressed with zstd: build the image with gzip, or use a"
        " newer platform version, agent and Docker.",
        "in-toto processorformedia-type": "The image carries attestations, which can't be unpacked: build it"
        " without provenance (docker buildx build --provenance=false --sbom=false), and push it again.",
        "windowsversion incompatiblewith cannotbeusedonthisplatform": "The image is built for another"
        " operating system or version of Windows: use the tag for the host's, or change runtimePlatform.",
        "matchingplatform nomatchingmanifest": "The image is not built for the task's platform: build it for"
        " that CPU architecture, or change runtimePlatform.",
        "schemaversion1 schema1 manifest.v1 imageformatv1": "The image has an old manifest (schema 1): push"
        " it again with a current Docker.",
        "normalizeimage referenceformat parsereference parsingreference mustbelowercase canonicalreference": (
            "The image reference is malformed, or an ARN: write REGISTRY/REPOSITORY:TAG (or @sha256:DIGEST)"
            " in lower case, without a protocol."
        ),
        "ecrcredentials registrycredentials": "The agent had nothing to log in with: give the task an"
        " execution role that may pull (AmazonECSTaskExecutionRolePolicy), and for a private registry"
        " repositoryCredentials whose secret that role may read.",
        "403forbidden": "Access was refused: allow the execution role (on EC2 the instance's role) the ecr:"
        " actions of a pull, and check the policies of repository and VPC endpoints (S3: the bucket"
        " prod-REGION-starport-layer-bucket).",
        "notauthorizedtoperform accessdeniedexception nobasicauth": "The role may not pull: allow the"
        " execution role (on EC2 the instance's role) the ecr: action in the text, and check the repository's"
        " policy.",
        "authenticationrequired 401unauthorized usernameorpassword": "The registry wants a login: give the"
        " container repositoryCredentials with a current user name and password, and let the execution role"
        " read that secret.",
        "notfound manifestunknown doesnotexist imageexists nosuchimage requestedaccess": "The image or tag"
        " does not exist, or the registry hides it from this role: compare the task definition's image with"
        " what the registry lists.",
        "proxyconnect": "The proxy on the way to the registry failed: check HTTP_PROXY and NO_PROXY of Docker"
        " and the ECS agent.",
        "httpstatus:5 503service 502badgateway internalservererror": "The registry itself failed: look at its"
        " status page and start the task again; a copy in Amazon ECR does not depend on it.",
        "x509 certificate": "The registry's certificate is not trusted: put its CA into /etc/docker/certs.d"
        " on the instances, and check their clock.",
        "httpresponsetohttps": "The registry speaks plain HTTP: give it TLS, or name it in Docker's"
        " insecure-registries on the instances.",
        NO_ROUTE: "The task has no route to the registry: a public subnet needs a public IP address, a"
        " private one a NAT gateway or endpoints for ecr.api, ecr.dkr and S3.",
        "applylayer processingtarfile registerlayer unpackimage extractlayer": "The layers could not be"
        " unpacked: most often the disk is full (ephemeralStorage, the instance's volume) or the image too"
        " large for it; else push the image again.",
    },
)
