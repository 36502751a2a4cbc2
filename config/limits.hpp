// Every limit of orderd that is not a setting: name, unit, value and why.
// A limit that an operator may change is a setting and stands in settings.hpp, with its default and range.
#pragma once

#include <cstddef>
#include <cstdint>

namespace orderd::limits {

// -- the wire ------------------------------------------------------------------------------------

/// Payload bytes of one client frame. Far above 2,000 lines of an order (about 120 KiB) and small
/// enough that a connection's buffer never hurts the node.
inline constexpr std::size_t client_frame_bytes_max = 1u << 20;

/// Requests in one frame: bounds the work one frame can put into a shard at once.
inline constexpr std::size_t requests_per_frame_max = 1024;

/// Requests of one connection that may be unanswered (its credit window).
inline constexpr std::size_t credit_window_requests = 8192;

/// Bytes of the requests of one connection that may be unanswered; the other half of its credit window.
/// Holds a full window of ordinary orders, and some hundred of the largest.
inline constexpr std::size_t credit_window_bytes = 16u << 20;

/// Bytes of replies that one connection may have left unread when more come, before it is closed: sixteen of
/// the largest pages.
inline constexpr std::size_t unsent_reply_bytes_max = 8u << 20;

/// Fields of one request, those of its body included, before it is parsed: twice the lines of the largest
/// order, so that an order with too many lines is still told so by the business.
inline constexpr std::size_t request_fields_max = 4096;

/// Nesting of protocol buffers that is read: the schema needs four levels.
inline constexpr int message_nesting_max = 16;

/// Open client connections of a node.
inline constexpr std::size_t connections_max = 1024;

/// Connections above connections_max that are told so before they are closed; any more are only closed.
inline constexpr std::size_t connections_refused_max = 64;

/// Until its first valid frame a connection is nobody's: it may hold this much for this long.
inline constexpr std::size_t unintroduced_bytes_max = 4096;
inline constexpr std::uint32_t unintroduced_ms_max = 2'000;

/// How long making a connection may take: on loopback only a host that does not accept takes any time.
inline constexpr std::uint32_t connect_ms_max = 2'000;

/// From a frame's first byte to its last.
inline constexpr std::uint32_t frame_ms_max = 30'000;

/// How long a refused connection is kept so that its peer can read why.
inline constexpr std::uint32_t refused_ms_max = 1'000;

/// How long a caller waits for an answer when it does not say, and at most.
inline constexpr std::uint32_t request_timeout_ms_default = 30'000;
inline constexpr std::uint32_t request_timeout_ms_max = 300'000;

/// Rows of one page of a list or an export.
inline constexpr std::uint32_t page_rows_max = 500;

// -- between nodes -------------------------------------------------------------------------------

/// Payload bytes of one frame between nodes. The largest message is an epoch of the largest order; copies and
/// catch-ups are sent in far smaller pieces.
inline constexpr std::size_t peer_frame_bytes_max = 16u << 20;

/// Elements (epochs, rows, commands) of one message between nodes, checked before it is parsed: one of 16
/// bytes, the smallest there is, in each part of the largest frame.
inline constexpr std::size_t peer_elements_max = peer_frame_bytes_max / 16;

/// Bytes to one node that may wait for its socket. What comes above is dropped: the replicas send again.
inline constexpr std::size_t peer_unsent_bytes_max = 32u << 20;

/// Bytes from one node that the shards may have left unread before its connection is not read any more. One
/// frame may go beyond.
inline constexpr std::size_t peer_untaken_bytes_max = 8u << 20;

/// Largest number of a node: names in the configuration store have four digits.
inline constexpr std::uint32_t node_number_max = 9'999;

/// Bytes of a cluster's id.
inline constexpr std::size_t cluster_id_bytes_max = 64;

/// Connections from other nodes: more nodes than a cluster has, and their attempts to come back.
inline constexpr std::size_t peer_connections_max = 256;

// -- the business --------------------------------------------------------------------------------

inline constexpr std::size_t lines_per_order_max = 2'000;
/// Bytes of a SKU or a customer name; they are keys of rows and travel in every command.
inline constexpr std::size_t key_bytes_max = 40;
inline constexpr std::size_t reference_bytes_max = 64;
/// Who did something, and why, as people say it: a name, and a sentence with the number of a ticket.
inline constexpr std::size_t by_bytes_max = 64;
inline constexpr std::size_t why_bytes_max = 200;
/// Of people about one order that are kept: more than anybody does about an order that ends well.
inline constexpr std::size_t order_actions_max = 16;
/// Units of one line, and units on hand of one SKU.
inline constexpr std::int64_t quantity_max = 1'000'000'000;
/// Minor units of one unit's price.
inline constexpr std::int64_t unit_price_minor_max = 1'000'000'000'000;

// -- the engine ----------------------------------------------------------------------------------

/// Equal parts of all keys, for ever.
inline constexpr std::uint32_t slots = 16'384;
/// Shards of one node: more cost commits and gain nothing on the machines orderd is for.
inline constexpr std::uint32_t shards_max = 64;
/// Bytes of one epoch's rows at which the shard takes no input of any kind until it is closed: requests,
/// commands of other shards, timers, answers of the provider and retries wait. The input that goes beyond may
/// bring some 2 MiB more (an order of 2,000 lines with all that it causes), so that an epoch stays far below
/// what a frame between nodes holds.
inline constexpr std::size_t epoch_bytes_max = 4u << 20;
/// Commands one input may cause inside a shard: an order of 2,000 lines takes about 8,000.
inline constexpr std::size_t commands_per_input_max = 50'000;
/// Commands that may wait for one entity that is being restarted before a caller's next one is refused. What
/// other entities send waits even then, because it must not be lost: only admission bounds it, by the orders
/// that are unsettled.
inline constexpr std::size_t parked_commands_per_entity_max = 10'000;
/// Of them, those that are run in one tick of 20 ms when the entity works again: some 10 ms of a shard's
/// time, and more than the most wanted SKU gets in a tick under full load, so that their number falls.
inline constexpr std::size_t parked_commands_per_tick_max = 2'000;
/// Scanning queries (lists, exports) that may wait in a shard for what they must see to be applied. That
/// takes some milliseconds: more of them wait only while the state store cannot keep up.
inline constexpr std::size_t waiting_scans_max = 100;

// -- the configuration store -----------------------------------------------------------------------
/// For one call at one endpoint of etcd, its connecting included: a healthy one answers in a few
/// milliseconds, and one that has just lost its leader (election: 500 ms) is better asked again.
inline constexpr std::uint32_t etcd_call_ms_max = 300;
/// Between two tries to follow the changes in etcd: doubles from the first to the second.
inline constexpr std::uint32_t etcd_reconnect_ms_first = 50;
inline constexpr std::uint32_t etcd_reconnect_ms_max = 500;
/// A connection to etcd on which nothing came for so long is probed (etcd refuses more than one probe in five
/// seconds), and given up without an answer by then.
inline constexpr std::uint32_t etcd_probe_ms = 10'000;
inline constexpr std::uint32_t etcd_probe_answer_ms_max = 2'000;

// -- the disk --------------------------------------------------------------------------------------

/// Share of the journal from which on new orders are refused. The other half is for what was accepted before,
/// and on a follower for what a primary elsewhere accepts that does not see this journal.
inline constexpr double journal_filled_max = 0.5;

/// Every so many epochs an apply ends for sure, on every replica, so that their rows can be compared at the
/// same epoch: about every fifteen seconds under load, a transaction more than the others of that time.
inline constexpr std::uint64_t rows_compared_every = 4096;

} // namespace orderd::limits
