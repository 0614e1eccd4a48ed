"""How often somebody tried to sign in; shared by all workers, so that a limit is one limit."""

try:
    from redis import Redis
except ImportError:

    class Redis:
        """The two commands that are needed, without a server."""

        def __init__(self) -> None:
            self._counts: dict[str, int] = {}

        @classmethod
        def from_url(cls, url: str) -> "Redis":
            return cls()

        def incr(self, name: str) -> int:
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name]

        def expire(self, name: str, seconds: int) -> None:
            pass


MOST_ATTEMPTS = 5


class SignInAttempts:
    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url)

    def exceeded(self, email: str) -> bool:
        """Count an attempt; true when there were too many in the last minutes."""
        name = f"attempts:{email.lower()}"
        count = self._redis.incr(name)
        self._redis.expire(name, 300)
        return count > MOST_ATTEMPTS
