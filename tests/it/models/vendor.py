"""Says whether values fit the types that the vendors publish for their own clients.

Reads one JSON value a line, {"kind": ..., "value": ...}, and answers each with a line: a JSON string that says what is
wrong, or null. A key that the vendor does not name is wrong.
"""

import json
import sys
import types
import typing

import anthropic.types
import anthropic.types.messages
import anthropic.types.messages.batch_create_params
import anthropic.types.message_create_params
import anthropic.types.beta.memory_stores as memory_stores
import anthropic.types.beta.memory_stores.memory_create_params
import anthropic.types.beta.memory_stores.memory_delete_params
import anthropic.types.beta.memory_stores.memory_list_params
import anthropic.types.beta.memory_stores.memory_update_params
import openai.types.chat
import openai.types.chat.completion_create_params
import pydantic
import typing_extensions

forbidding = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=True)
for name, module in list(sys.modules.items()):
    if isinstance(module, types.ModuleType) and name.startswith(("anthropic.types", "openai.types")):
        for thing in vars(module).values():
            if isinstance(thing, type) and typing_extensions.is_typeddict(thing):
                thing.__pydantic_config__ = forbidding

requests = {
    "anthropic.request": anthropic.types.message_create_params.MessageCreateParamsNonStreaming,
    "anthropic.batch_request": anthropic.types.messages.batch_create_params.BatchCreateParams,
    "anthropic.memory_create": memory_stores.memory_create_params.MemoryCreateParams,
    "anthropic.memory_update": memory_stores.memory_update_params.MemoryUpdateParams,
    "anthropic.memory_delete": memory_stores.memory_delete_params.MemoryDeleteParams,
    "anthropic.memory_list": memory_stores.memory_list_params.MemoryListParams,
    "openai.request": openai.types.chat.completion_create_params.CompletionCreateParamsNonStreaming,
}
answers = {
    "anthropic.answer": anthropic.types.Message,
    "anthropic.batch": anthropic.types.messages.MessageBatch,
    "anthropic.batch_result": anthropic.types.messages.MessageBatchIndividualResponse,
    "anthropic.memory": memory_stores.BetaManagedAgentsMemory,
    "anthropic.deleted_memory": memory_stores.BetaManagedAgentsDeletedMemory,
    "openai.answer": openai.types.chat.ChatCompletion,
}
adapters: dict[str, pydantic.TypeAdapter] = {}


def exhaust(value: object) -> None:
    """Looks at every part: what a type calls an iterable is checked only when it is iterated."""
    if isinstance(value, dict):
        for part in value.values():
            exhaust(part)
    elif isinstance(value, typing.Iterable) and not isinstance(value, (str, bytes)):
        for part in value:
            exhaust(part)


for line in sys.stdin:
    asked = json.loads(line)
    kind, value = asked["kind"], asked["value"]
    wrong = None
    try:
        if kind in requests:
            if kind not in adapters:
                adapters[kind] = pydantic.TypeAdapter(requests[kind])
            exhaust(adapters[kind].validate_python(value, strict=True))
        else:
            answers[kind].model_validate(value)
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    print(json.dumps(wrong), flush=True)
