"""A small OpenAPI document with everything that the API page has to show."""

from __future__ import annotations

from typing import Any


SAMPLE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Leg pain decision support",
        "version": "1.0.0",
        "description": "CDS Hooks and *what lies behind*. <script>alert(1)</script>",
    },
    "servers": [{"url": "https://cds.example", "description": "this installation"}],
    "security": [{"clientToken": []}],
    "tags": [
        {"name": "Services", "description": "The CDS services themselves."},
        {"name": "Health", "description": "For those who run it."},
    ],
    "paths": {
        "/cds-services/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "post": {
                "tags": ["Services"],
                "summary": "Cards for one firing of the hook",
                "description": "Answers with cards, or with `cards: []` when there is nothing to say.",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Request"},
                            "examples": {
                                "legs": {
                                    "summary": "Restless legs",
                                    "value": {"hook": "patient-view", "hookInstance": "d1577c69"},
                                }
                            },
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "The cards.",
                        "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["cards"],
                                    "properties": {
                                        "cards": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/Card"},
                                        }
                                    },
                                },
                                "example": {"cards": []},
                            }
                        },
                    },
                    "412": {"$ref": "#/components/responses/Missing"},
                },
            },
        },
        "/health/live": {
            "get": {
                "tags": ["Health"],
                "summary": "The process answers",
                "security": [],
                "responses": {"200": {"description": "It does."}},
            }
        },
        "/reports": {
            "get": {
                "deprecated": True,
                "parameters": [
                    {
                        "name": "since",
                        "in": "query",
                        "description": "First day.",
                        "schema": {"type": "string", "format": "date", "example": "2026-11-01"},
                    }
                ],
                "responses": {"default": {"description": "Numbers."}},
            }
        },
    },
    "components": {
        "securitySchemes": {
            "clientToken": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "Signed by the client.",
            }
        },
        "parameters": {
            "id": {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "Id of a service from discovery.",
                "schema": {"type": "string", "enum": ["leg-pain-patient-view"]},
            }
        },
        "responses": {
            "Missing": {
                "description": "Required data are missing.",
                "content": {
                    "application/fhir+json": {
                        "schema": {"$ref": "#/components/schemas/OperationOutcome"}
                    }
                },
            }
        },
        "schemas": {
            "Request": {
                "type": "object",
                "description": "One firing of a hook.",
                "required": ["hook", "hookInstance"],
                "properties": {
                    "hook": {"type": "string", "const": "patient-view"},
                    "hookInstance": {"type": "string", "format": "uuid"},
                    "prefetch": {"type": ["object", "null"]},
                },
            },
            "Card": {
                "allOf": [
                    {"$ref": "#/components/schemas/Base"},
                    {
                        "type": "object",
                        "properties": {
                            "summary": {"type": "string", "maxLength": 139},
                            "links": {
                                "type": "array",
                                "items": {"$ref": "#/components/schemas/Card"},
                            },
                        },
                    },
                ]
            },
            "Base": {"type": "object", "properties": {"uuid": {"type": "string"}}},
            "OperationOutcome": {"type": "object", "description": "What went wrong."},
        },
    },
}
