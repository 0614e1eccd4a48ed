"""Libraries whose calls leave the process for an answer: HTTP clients, vendors' interfaces, models.

`of_callable` takes the qualified name of a callable. Databases and brokers are in `catalog.clients`.
"""

from typing import Literal

from aether_lint.catalog.word_list import word_set

Kind = Literal["a network call", "a model call"]

_NETWORK: frozenset[str] = word_set(
    """
    httpx requests aiohttp urllib3 urllib.request http.client niquests treq pycurl grpc grpclib zeep suds websockets
    websocket boto3 aioboto3 aiobotocore botocore tweepy asyncpraw praw stripe twilio sendgrid mailjet_rest postmarker
    smtplib aiosmtplib slack_sdk web3 eth_account solana solders ccxt yfinance alpaca alpaca_trade_api binance
    alpha_vantage polygon plaid square paypalrestsdk razorpay braintree googleapiclient google.cloud google.maps
    googlemaps geopy msal msgraph azure.storage azure.identity github gitlab jira atlassian notion_client feedparser
    newsapi spotipy shodan paramiko asyncssh ldap3 pysnmp hvac firebase_admin pusher onesignal docusign_esign hubspot
    simple_salesforce serpapi tavily duckduckgo_search ddgs exa_py firecrawl elevenlabs deepgram assemblyai
    """
)
_MODELS: frozenset[str] = word_set(
    """
    openai anthropic google.generativeai google.genai vertexai cohere mistralai groq litellm ollama replicate together
    fireworks huggingface_hub transformers sentence_transformers FlagEmbedding fastembed langchain langchain_core
    langchain_openai langchain_anthropic langchain_community langchain_google_genai langchain_ollama llama_index
    llama_cpp vllm dspy instructor torch tensorflow keras onnxruntime mlflow joblib sklearn xgboost lightgbm catboost
    spacy voyageai zhipuai dashscope azure.ai tritonclient bentoml speech_recognition whisper faster_whisper easyocr
    """
)
# parts of these libraries that stay in the process: types, options, errors, encodings
_LOCAL_PARTS: frozenset[str] = word_set(
    """
    Timeout Limits URL Headers QueryParams BasicAuth ClientTimeout Request Retry HTTPAdapter ConnectionPool exceptions
    types errors dumps tensor Tensor zeros ones no_grad device cuda
    """
)

NETWORK_METHODS: frozenset[str] = word_set(
    "get post put patch delete request send fetch call query search read generate create stream invoke ainvoke execute"
)
"""Methods that count as a call to a service on a receiver with one of these words."""
NETWORK_RECEIVERS: frozenset[str] = word_set(
    "http api sdk gateway client llm openai anthropic gemini bedrock provider oracle feed exchange broker upstream"
)
MODEL_METHODS: frozenset[str] = word_set(
    """
    predict predict_proba generate_content generate_text agenerate ainvoke acompletion chat_completion complete embed
    aembed embed_query embed_documents aembed_query aembed_documents embed_text transcribe
    """
)
"""Methods that are a model's by their name."""


def of_callable(qualified: str) -> Kind | None:
    """What calling this is, by the longest known prefix of its name."""
    parts = qualified.split(".")
    if any(part in _LOCAL_PARTS for part in parts[1:]):
        return None
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in _NETWORK:
            return "a network call"
        if head in _MODELS:
            return "a model call"
    return None
