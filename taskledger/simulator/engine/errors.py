"""The errors that ECS documents, as values that the protocol turns into its answers."""


class ApiError(Exception):
    """A refusal by ECS: `code` is what boto3 puts into `ClientError` and names the exception after."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def cluster_not_found() -> ApiError:
    return ApiError("ClusterNotFoundException", "Cluster not found.")


def invalid_parameter(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)


def throttled() -> ApiError:
    return ApiError("ThrottlingException", "Rate exceeded")


def server_error() -> ApiError:
    return ApiError("ServerException", "Service Unavailable. Please try again later.", status=500)
