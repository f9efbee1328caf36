"""The command line: parsing only. Each subcommand calls one function, imported inside it.

Exit codes: 0 done, 1 could not do it (why, and the next step, on standard error), 2 wrong usage,
3 done but something was left out (said what).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import BotError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.commands.erase import Gone
    from bot.config import Settings

    Subcommands = argparse._SubParsersAction[argparse.ArgumentParser]

DONE, FAILED, LEFT_OUT = 0, 1, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; the exit code."""
    args = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.command
    try:
        code = command(args)
        sys.stdout.flush()
    except ConfigError as exc:
        _say(f"{exc.where}: {exc.key}: {exc.reason}\n  {exc.instead}")
    except BotError as exc:
        _say(str(exc))
    except KeyboardInterrupt:
        _say("stopped")
    except BrokenPipeError:  # whoever read our output has gone: nobody is left to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        return code
    return FAILED


def _say(text: str) -> None:
    print(f"crosstie: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crosstie",
        description="Follows chat and conference hashtags, and introduces people across fields.",
        epilog="Exit codes: 0 done, 1 could not do it, 2 wrong usage, 3 done, but not all of it.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in _SUBCOMMANDS:
        add(commands)
    return parser


def _subcommand(
    commands: Subcommands, name: str, does: str, command: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A parser for one subcommand, which `command` will carry out."""
    parser = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    parser.set_defaults(command=command)
    return parser


def _takes_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings (default: config.toml, if it exists)"
    )


def _settings(args: argparse.Namespace) -> Settings:
    """The settings that the subcommand was given; logging is set up by them."""
    from bot.config import load
    from bot.log import configure

    settings = load(args.config, os.environ)
    configure(
        getattr(args, "log_format", None) or settings.run.log_format,
        settings.run.log_level,
        secrets=settings.secrets.values(),
    )
    return settings


def _run(commands: Subcommands) -> None:
    parser = _subcommand(commands, "run", "run the bot until it is asked to stop", _run_run)
    _takes_config(parser)
    parser.add_argument(
        "--migrate", action="store_true", help="bring the database to this version first"
    )
    parser.add_argument("--log-format", choices=("text", "json"), help="over the setting")


def _run_run(args: argparse.Namespace) -> int:
    settings = _settings(args)
    _compute_in_one_thread()
    from bot.app import run_bot

    return run_bot(settings, migrate_first=args.migrate)


def _compute_in_one_thread() -> None:
    """For a bot that goes on meanwhile: more threads wait for each other and use twice as much."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy reads it as it is loaded


def _check(commands: Subcommands) -> None:
    parser = _subcommand(
        commands,
        "check",
        "print the configuration as understood, what is wrong with it, and the invite link",
        _run_check,
    )
    _takes_config(parser)
    parser.add_argument("--online", action="store_true", help="also try Discord with the token")


def _run_check(args: argparse.Namespace) -> int:
    from bot.commands.check import check

    checked = check(args.config, os.environ, online=args.online)
    print(checked.report, end="")
    for wrong in checked.wrong:
        _say(wrong)
    return FAILED if checked.wrong else DONE


def _migrate(commands: Subcommands) -> None:
    parser = _subcommand(
        commands, "migrate", "show or change the schema of the database", _run_migrate
    )
    _takes_config(parser)
    parser.add_argument("action", choices=("status", "up", "down"))
    parser.add_argument(
        "--to",
        type=int,
        metavar="N",
        help="the version to go to (up: the newest; down: one back, with its data)",
    )


def _run_migrate(args: argparse.Namespace) -> int:
    import asyncio

    from bot.commands.migrate import run

    print(asyncio.run(run(_settings(args).database_url, args.action, args.to)))
    return DONE


def _rank(commands: Subcommands) -> None:
    parser = _subcommand(
        commands,
        "rank",
        "rank candidates for everybody in FOLDER/queries.csv, from what FOLDER holds before T",
        _run_rank,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="plain interactions")
    parser.add_argument("--at", type=int, required=True, metavar="T", help="unix seconds")
    parser.add_argument(
        "--top", type=_count, required=True, metavar="N", help="candidates a person"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="CSV: person,rank,candidate"
    )
    parser.add_argument(
        "--suggest", action="store_true", help="the product's own lists instead: 5, cross-field"
    )


def _run_rank(args: argparse.Namespace) -> int:
    from bot.commands.rank import run

    written = run(args.folder, args.at, args.top, args.out, suggestions=args.suggest)
    _say(f"{written.rows} rows written to {args.out}")
    if not written.unknown:
        return DONE
    some = ", ".join(written.unknown[:5])
    _say(f"left out: {len(written.unknown)} of whom the folder tells nothing: {some}")
    return LEFT_OUT


def _import(commands: Subcommands) -> None:
    parser = _subcommand(
        commands, "import", "read archives into the database; safe to repeat", _run_import
    )
    _takes_config(parser)
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of them"
    )
    parser.add_argument(
        "--format",
        choices=("auto", "x", "jetstream", "mastodon", "tags", "interactions"),
        default="auto",
        help="what the files hold (default: seen from their first line)",
    )
    parser.add_argument(
        "--shift-to-now",
        action="store_true",
        help="move the archive in time, so that its last post is now",
    )
    parser.add_argument("--json", action="store_true", help="the summary as one JSON object")


def _database_url(args: argparse.Namespace) -> str:
    """The database that the subcommand was given, the short way where there is one."""
    from bot.address import address_alone

    url = address_alone(os.environ) if args.config is None else None
    if url is None:
        return _settings(args).database_url
    from bot.log import configure

    configure()
    return url


def _run_import(args: argparse.Namespace) -> int:
    url = _database_url(args)
    from bot.commands.importing import run

    done = run(url, args.paths, args.format, shift_to_now=args.shift_to_now)
    for line in done.what_was_left_out():
        _say(line)
    print(done.as_json() if args.json else done.as_text())
    if done.is_nothing:
        _say("nothing was imported; give archives of a format that `crosstie import -h` names")
        return FAILED
    return LEFT_OUT if done.is_incomplete else DONE


def _demo(commands: Subcommands) -> None:
    parser = _subcommand(
        commands, "demo", "play a season in a local Discord, with a page to act in", _run_demo
    )
    parser.add_argument("--archive", type=Path, metavar="PATH", help="play a real archive instead")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another season (1)")
    parser.add_argument("--fast", action="store_true", help="all at once, without the page")
    parser.add_argument("--json", action="store_true", help="with --fast: what it came to, as JSON")
    parser.add_argument(
        "--speed", type=float, default=3600.0, metavar="N", help="times the speed of life (3600)"
    )
    parser.add_argument("--port", type=int, default=0, metavar="N", help="of the page (any free)")
    parser.add_argument("--no-open", action="store_true", help="do not open a browser")


def _run_demo(args: argparse.Namespace) -> int:
    import json

    _compute_in_one_thread()
    from bot.demo import entry
    from bot.log import configure

    configure("text", "warning")
    if not args.fast:
        entry.on_a_page(
            args.archive,
            args.seed,
            speed=args.speed,
            port=args.port,
            open_page=not args.no_open,
        )
        return DONE
    summary = entry.fast(args.archive, args.seed)
    for difference in summary.differences:
        _say(f"Discord and the database differ: {difference}")
    if args.json:
        print(json.dumps(summary.numbers))
    else:
        width = max(map(len, summary.numbers))
        for name, number in summary.numbers.items():
            print(f"{name:{width}}  {number}")
    return FAILED if summary.differences else DONE


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("write a whole number from 1 on")
    return int(text)


def _forget(commands: Subcommands) -> None:
    parser = _subcommand(commands, "forget", "erase a person and keep them out", _run_forget)
    _takes_config(parser)
    _takes_platform(parser, "x", "bluesky", "mastodon", "plain", "discord")
    parser.add_argument(
        "--account",
        required=True,
        metavar="ID",
        help="the platform's own id of one account of theirs, or @handle",
    )
    parser.add_argument("--json", action="store_true", help="what went, as one line of JSON")


def _takes_platform(parser: argparse.ArgumentParser, *platforms: str) -> None:
    parser.add_argument("--platform", required=True, choices=platforms)


def _run_forget(args: argparse.Namespace) -> int:
    import asyncio

    from bot.commands.erase import forget

    url = _settings(args).database.url
    return _tell_gone(asyncio.run(forget(url, args.platform, args.account)), args)


def _purge(commands: Subcommands) -> None:
    parser = _subcommand(commands, "purge", "erase all that came from a platform", _run_purge)
    _takes_config(parser)
    _takes_platform(parser, "x", "bluesky", "mastodon", "plain")
    parser.add_argument("--json", action="store_true", help="what went, as one line of JSON")


def _run_purge(args: argparse.Namespace) -> int:
    import asyncio

    from bot.commands.erase import purge

    url = _settings(args).database.url
    return _tell_gone(asyncio.run(purge(url, args.platform)), args)


def _tell_gone(gone: Gone, args: argparse.Namespace) -> int:
    import json

    print(json.dumps(gone.summary()) if args.json else gone.words())
    return DONE


def _export(commands: Subcommands) -> None:
    parser = _subcommand(commands, "export", "write a member's own data, or the graph", _run_export)
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    member = kinds.add_parser("member", help="everything kept about one Discord user")
    _takes_config(member)
    member.add_argument("id", type=int, metavar="ID", help="their Discord id")
    member.add_argument("--to", type=Path, required=True, metavar="DIR", help="a folder")
    graph = kinds.add_parser("graph", help="who turned to whom how often, under pseudonyms")
    _takes_config(graph)
    graph.add_argument("--format", required=True, choices=("gexf", "graphml", "csv", "json"))
    graph.add_argument("--to", type=Path, metavar="FILE", help="default: standard output")


def _run_export(args: argparse.Namespace) -> int:
    import asyncio

    from bot.commands.export import export_graph, export_member, write_graph

    url = _settings(args).database.url
    if args.what == "member":
        files = asyncio.run(export_member(url, args.id, args.to))
        print("\n".join(str(file) for file in files))
        return DONE
    graph = asyncio.run(export_graph(url, args.format))
    if args.to is None:
        print(graph, end="")
    else:
        write_graph(graph, args.to)
    return DONE


_SUBCOMMANDS: tuple[Callable[[Subcommands], None], ...] = (
    _run,
    _check,
    _migrate,
    _import,
    _rank,
    _forget,
    _purge,
    _export,
    _demo,
)
