"""A Redis cache that may fail: pages then go without it instead of failing with it."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
"""After a failure the cache is left alone this long, so that a page waits once, not ten times."""


class ForgivingRedisClient(RedisCacheClient):
    """Django's client, with each call guarded by one shared circuit breaker."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        # The client's own retries would multiply the timeout of a frozen server by four.
        super().__init__(servers, **{"retry": Retry(NoBackoff(), 0), **options})
        self._closed_until = 0.0
        self._clients: dict[bool, redis.Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> redis.Redis:
        """The same client for each call; to make one, as Django does, takes longer than a call."""
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]

    def _guarded(self, name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._closed_until:
            return otherwise
        try:
            return getattr(super(), name)(*args, **kwargs)
        except redis.RedisError as error:
            self._closed_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("The cache does not answer (%s); going on without it.", error)
            return otherwise

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._guarded("add", True, key, value, timeout)

    def get(self, key: Any, default: Any) -> Any:
        return self._guarded("get", default, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._guarded("set", None, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> Any:
        return self._guarded("touch", False, key, timeout)

    def delete(self, key: Any) -> Any:
        return self._guarded("delete", False, key)

    def get_many(self, keys: Any) -> Any:
        return self._guarded("get_many", {}, keys)

    def has_key(self, key: Any) -> Any:
        return self._guarded("has_key", False, key)

    def set_many(self, data: Any, timeout: Any) -> Any:
        return self._guarded("set_many", None, data, timeout)

    def delete_many(self, keys: Any) -> Any:
        return self._guarded("delete_many", None, keys)


class ForgivingRedisCache(RedisCache):
    """``get`` finds nothing and ``set`` does nothing while Redis is away.

    Django makes a cache for each thread or greenlet; all of them share one client and its
    connections, so that hundreds of waiting jobs hold no connection each.
    """

    _servers: list[str]
    _options: dict[str, Any]

    @cached_property
    def _cache(self) -> ForgivingRedisClient:
        return _client(tuple(self._servers), tuple(sorted(self._options.items())))


@lru_cache(maxsize=8)
def _client(servers: tuple[str, ...], options: tuple[tuple[str, Any], ...]) -> ForgivingRedisClient:
    return ForgivingRedisClient(list(servers), **dict(options))
